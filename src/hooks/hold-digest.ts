import { digestOf } from '../json/digest.ts';
import type { Json } from '../json/json.ts';
import type { HoldKind } from './hold.ts';

/** What a decision is bound to (contract §1): SHA-256 of the canonical JSON of these five. */
export interface Decidable {
  readonly holdId: string;
  readonly revision: number;
  readonly kind: HoldKind;
  readonly tool: string | null;
  readonly proposal: Json;
}

export function holdDigest({ holdId, revision, kind, tool, proposal }: Decidable): string {
  return digestOf({ holdId, revision, kind, tool, proposal });
}
