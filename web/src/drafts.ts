/** What a person began to write about a hold, kept in this browser until it was sent or thrown away. */
export interface Draft {
  readonly reason?: string | undefined;
  readonly reasonCode?: string | undefined;
  /** Why something is approved as it is, where the policy asks for that. */
  readonly approval?: string | undefined;
  readonly comment?: string | undefined;
  /** What stands in the fields of the edit, by key; the raw editor is under ''. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** Where drafts are kept: the browser's local storage, or a map in tests. */
export interface DraftStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A draft belongs to a hold and what was looked at: words about one revision are not offered for the next. */
export function draftKey(hold: { readonly id: string; readonly digest: string }): string {
  return `holdpoint.draft:${hold.id}:${hold.digest}`;
}

export function readDraft(storage: DraftStorage, hold: { readonly id: string; readonly digest: string }): Draft {
  try {
    const kept: unknown = JSON.parse(storage.getItem(draftKey(hold)) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Draft) : {};
  } catch {
    return {};
  }
}

/** Storage can be full or forbidden; then the words live as long as the page does. */
export function keepDraft(
  storage: DraftStorage,
  hold: { readonly id: string; readonly digest: string },
  draft: Draft,
): void {
  const kept = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined && value !== ''));
  try {
    if (Object.keys(kept).length === 0) storage.removeItem(draftKey(hold));
    else storage.setItem(draftKey(hold), JSON.stringify(kept));
  } catch {
    // The draft stays in the component that shows it.
  }
}
