import type { CrewDefinition } from '../../crew/crew-definition.ts';
import { HoldpointError, isHoldpointError } from '../../errors.ts';
import type { ParsedRun } from '../../journal/export.ts';
import { toRunEvents } from '../../journal/read-run.ts';
import { verifyRun } from '../../journal/verify.ts';
import { replay } from '../../replay/replay.ts';
import { type RunView, viewOf } from '../../replay/run-view.ts';
import { errorLines, exitCodeOfError } from '../error-lines.ts';
import { EXIT } from '../exit-codes.ts';
import { journalsOf } from '../journal-source.ts';
import { loadCrews } from '../load-crews.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { printRun } from '../run-result.ts';
import { keepYoungGenerationSmall } from '../young-generation.ts';

interface Options extends DatabaseOptions, JsonOptions {
  readonly crew?: string;
  readonly at?: number;
}

/** Replays one run or all of a file; each is told by itself, and the worst exit code counts. */
export async function replayRuns(source: string, options: Options): Promise<number> {
  keepYoungGenerationSmall();
  const crews = options.crew === undefined ? null : await loadCrews([options.crew]);
  let code: number = EXIT.done;
  for (const run of await journalsOf(source, options)) code = Math.max(code, await replayOne(run, crews, options));
  return code;
}

async function replayOne(
  parsed: ParsedRun,
  crews: readonly CrewDefinition[] | null,
  options: Options,
): Promise<number> {
  try {
    checkChain(parsed);
    const events = toRunEvents(parsed.events, parsed.payloads);
    const crew = crews && crewOf(parsed, crews);
    const { state, count, compared } = await replay(parsed.run, events, { crew: crew ?? undefined, upTo: options.at });
    tell(parsed, { count, compared, state: viewOf(state) }, options);
    return EXIT.done;
  } catch (error) {
    if (!isHoldpointError(error)) throw error;
    if (options.json) printJson({ run: parsed.run, ok: false, error: error.toBody() });
    note(errorLines(error, options));
    if (error.code === 'REPLAY_DIVERGED' && options.crew !== undefined && isOtherCode(parsed, crews))
      note(
        `The code of ${options.crew}, or of what it imports, is not the one that the run was begun or let go on with.`,
      );
    return exitCodeOfError(error);
  }
}

/** By the hash of the crew's modules as it was recorded last, where it was. */
function isOtherCode(parsed: ParsedRun, crews: readonly CrewDefinition[] | null): boolean {
  const recorded = parsed.events.findLast(({ type }) => type === 'run.started' || type === 'run.resumed');
  const { modules = null } = (recorded?.data ?? {}) as { modules?: string | null };
  return modules !== null && crews !== null && crewOf(parsed, crews).modules !== modules;
}

function tell(
  { run, events }: ParsedRun,
  { count, compared, state }: { count: number; compared: number; state: RunView },
  { json, crew }: Options,
): void {
  if (json) {
    printJson({ run, ok: true, count, compared, state });
    return;
  }
  const same = crew === undefined ? '' : `; ${compared} of them compared with ${crew}: the same`;
  printRun(state.summary, {});
  printLine(`\nReplayed ${count} of ${events.length} events${same}.`);
}

function checkChain(parsed: ParsedRun): void {
  const verified = verifyRun(parsed);
  if (verified.ok) return;
  throw new HoldpointError('JOURNAL_BROKEN', `The journal of ${parsed.run} is broken: ${verified.problem}.`, {
    details: { runId: parsed.run, seq: verified.seq },
  });
}

function crewOf({ run, events }: ParsedRun, crews: readonly CrewDefinition[]): CrewDefinition {
  const { crew: name } = (events[0]?.data ?? {}) as { crew?: string };
  const crew = crews.find((known) => known.name === name);
  if (crew) return crew;
  throw new HoldpointError(
    'CREW_NOT_FOUND',
    `Run ${run} is of the crew "${name}", which the file given with --crew does not have.`,
  );
}
