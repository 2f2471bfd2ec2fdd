import { z } from 'zod';

/** Ids are branded, so that one is never taken for another. They are made of a run id, so two runs never share one. */
export const RunId = z.string().min(1).max(128).brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

export const HoldId = z.string().min(1).max(160).brand<'HoldId'>();
export type HoldId = z.infer<typeof HoldId>;

export const ActionId = z.string().min(1).max(160).brand<'ActionId'>();
export type ActionId = z.infer<typeof ActionId>;

/** Facts of no run (a level that was signed) have a journal of their own under this name; no run is ever called so. */
export const SYSTEM_JOURNAL = 'system' as RunId;

/** The n-th hold (action) of a run, n from 1. Derived, not drawn: a replay names them alike. */
export function holdIdOf(runId: RunId, n: number): HoldId {
  return `${runId.replace(/^run_/, 'hold_')}_${n}` as HoldId;
}

/** Whose hold it is, as far as its id tells. */
export function runIdOf(holdId: HoldId): RunId {
  return holdId.replace(/^hold_/, 'run_').replace(/_\d+$/, '') as RunId;
}

export function actionIdOf(runId: RunId, n: number): ActionId {
  return `${runId.replace(/^run_/, 'act_')}_${n}` as ActionId;
}
