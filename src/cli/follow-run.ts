import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { Engine } from '../runner/engine.ts';
import { answerHold } from './answer-hold.ts';
import { deskOn } from './desk.ts';
import type { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface FollowOptions {
  /** Where holds are answered; null: they are left open. */
  readonly terminal: Terminal | null;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Waits until a run has ended, or rests on holds that nobody answers here. @throws `Interrupted`; the signal's reason */
export async function followRun(
  engine: Engine,
  runId: RunId,
  { terminal, progress, signal }: FollowOptions,
): Promise<RunSummary> {
  const left = new Set<string>();
  for (;;) {
    const run = await engine.settled(runId, { signal });
    const next = run.status === 'held' ? run.openHolds.find((id) => !left.has(id)) : undefined;
    if (terminal === null || next === undefined) return run;
    progress.pause();
    try {
      if ((await answerHold(deskOn(engine), next, { ...terminal, signal })) === 'left') left.add(next);
    } finally {
      progress.resume();
    }
  }
}
