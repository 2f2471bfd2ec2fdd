import type { Level } from '../../hooks/graduation/level.ts';
import type { Verdict } from '../../hooks/review-policy.ts';
import type { Tier } from '../../hooks/tier.ts';
import type { ActionId, HoldId, RunId } from '../../ids.ts';
import type { Json } from '../../json/json.ts';

/** What a record is kept of: an action type (`crew/action-type.ts`), or a task that people confirm. */
export interface RecordedType {
  readonly key: string;
  readonly kind: 'action' | 'task';
  readonly crew: string;
  readonly task: string | null;
  readonly tool: string | null;
  readonly model: string | null;
  readonly schema: string | null;
  readonly policy: string | null;
  /** What the tool asks for by itself. */
  readonly own: Tier | 'computed' | null;
  /** What the task raises it to. */
  readonly raisedTo: Tier | null;
  readonly reversible: boolean;
}

/** One thing that people saw or could see, and all that they said of it: an action, or a hold of a task. */
export interface Subject {
  readonly key: string;
  readonly runId: RunId;
  readonly id: ActionId | HoldId;
  readonly agent: string | null;
  /** The oversight that a call had; null for a task. */
  readonly tier: Tier | null;
  readonly level: Level | null;
  readonly spotCheck: boolean;
  readonly proposedAt: string;
  readonly proposal: Json;
  readonly ran: boolean;
  readonly decisions: readonly Look[];
  readonly expired: number;
  readonly undone: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly audits: readonly Audit[];
}

export interface Look {
  readonly verdict: Verdict;
  /** Of a modification: whether it changed more than spacing. */
  readonly material: boolean;
  /** JSON Pointers into the input (or output) that a modification changed. */
  readonly changed: readonly string[];
  readonly by: readonly string[];
  readonly at: string;
  /** From the hold's opening, in milliseconds. */
  readonly tookMs: number;
  readonly reason: string | null;
  readonly reasonCode: string | null;
}

export interface Audit {
  readonly finding: 'good' | 'bad' | 'critical';
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
}

/** A run as its journal says people saw it. */
export interface RunRecord {
  readonly runId: RunId;
  readonly types: readonly RecordedType[];
  readonly subjects: readonly Subject[];
}

/** Rejected, or changed into something else. */
export function isBadLook({ verdict, material }: Look): boolean {
  return verdict === 'reject' || (verdict === 'modify' && material);
}
