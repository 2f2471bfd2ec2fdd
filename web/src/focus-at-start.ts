/** A ref for what was just asked for: it has the focus once it is there, and only then. */
export function focusAtStart(element: HTMLElement | null): void {
  element?.focus();
}
