import type { CrewDefinition } from '../crew/crew-definition.ts';
import type { Draft } from '../crew/events.ts';
import type { RunId } from '../ids.ts';
import type { Taken } from '../journal/hand-out.ts';
import type { RunnerContext } from './context.ts';
import { effectsInDoubt, type InDoubt } from './in-doubt.ts';
import { isUnreadable, type LoadedRun, loadRun } from './load-run.ts';
import { isGone } from './node-life.ts';
import { writeOutputFiles } from './output-files.ts';
import { parkIfChanged } from './park.ts';

export interface TakenUp {
  readonly crew: CrewDefinition;
  readonly run: LoadedRun;
  /** What is to be recorded first. */
  readonly facts: readonly Draft[];
  /** What the last owner may still be at. */
  readonly waits: readonly InDoubt[];
}

/** Reads a run that this node has taken, and what has to be recorded before it goes on. Null: it cannot go on here. */
export async function takeUp(context: RunnerContext, { runId, epoch, from }: Taken): Promise<TakenUp | null> {
  const run = await load(context, runId, epoch);
  const crew = run && context.crews.get(run.state.config.name);
  if (!crew) return null;
  await writeOutputFiles(
    context,
    run.state,
    run.state.tasks.all().map(({ key }) => key),
    { missing: true },
  );
  const parked = parkIfChanged(run.state, crew);
  // Before it is parked: whoever lets it go on takes it from rest, where nothing is in doubt any more.
  const inDoubt = from === null ? [] : effectsInDoubt(run.state, crew, context.clock.now());
  const over =
    inDoubt.length === 0 || (await isOver(context, from)) ? inDoubt : inDoubt.filter(({ waitMs }) => waitMs === 0);
  const facts = over.flatMap((doubt) => doubt.facts);
  return {
    ...{ crew, run },
    facts: parked ? [...facts, parked] : facts,
    waits: inDoubt.filter((doubt) => !over.includes(doubt)),
  };
}

/** Whether the last owner certainly is at nothing any more. One that was frozen may go on at any time. */
async function isOver({ journal, nodeId }: RunnerContext, from: string | null): Promise<boolean> {
  if (from === nodeId) return true;
  const node = (await journal.nodes()).find(({ id }) => id === from);
  return !node || isGone(node);
}

/** The run as its journal says; one that cannot be folded is parked as it stands, with the reason in its row (invariant 10). */
async function load({ journal, log }: RunnerContext, runId: RunId, epoch: number): Promise<LoadedRun | null> {
  try {
    return await loadRun(journal, runId);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    log.error({ runId, err: error }, `run parked, its journal cannot be read: ${error.message}`);
    const row = await journal.run(runId);
    const { code, message } = error;
    if (row)
      await journal.rest(runId, epoch, row.head.hash, { ...row.summary, status: 'parked', error: { code, message } });
    return null;
  }
}
