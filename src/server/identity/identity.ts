import type { Reviewer } from '../../hooks/reviewer.ts';

/** Who calls. `tokenId` null: somebody at the machine, with a session of the page. `expiresAt` null: never. */
export interface Identity extends Reviewer {
  readonly tokenId: string | null;
  readonly expiresAt: string | null;
}

/** What a caller proved once, kept to look again whether it still holds. It contains no secret. */
export type Credential =
  | { readonly kind: 'token'; readonly hash: string }
  | { readonly kind: 'session'; readonly sessionId: string };
