/** What a person began to write about a hold or an act, kept in this browser until it was sent or thrown away. */
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

/**
 * What the words are about: a hold and what was looked at, so that words about one revision are not offered for the next; or an
 * act that was begun, such as the cancelling of a run, and what it is done to.
 */
export type DraftSubject =
  | { readonly id: string; readonly digest: string }
  | { readonly act: string; readonly on: string };

export function draftKey(about: DraftSubject): string {
  return 'act' in about ? `holdpoint.draft:${about.act}:${about.on}` : `holdpoint.draft:${about.id}:${about.digest}`;
}

export function readDraft(storage: DraftStorage, about: DraftSubject): Draft {
  try {
    const kept: unknown = JSON.parse(storage.getItem(draftKey(about)) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Draft) : {};
  } catch {
    return {};
  }
}

/** Storage can be full or forbidden; then the words live as long as the page does. */
export function keepDraft(storage: DraftStorage, about: DraftSubject, draft: Draft): void {
  const kept = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined && value !== ''));
  try {
    if (Object.keys(kept).length === 0) storage.removeItem(draftKey(about));
    else storage.setItem(draftKey(about), JSON.stringify(kept));
  } catch {
    // The draft stays in the component that shows it.
  }
}
