import { TIERS } from '../../hooks/tier.ts';
import { silentLog } from '../../runner/silent-log.ts';
import { EXIT } from '../exit-codes.ts';
import { loadCrew, loadCrews } from '../load-crews.ts';
import type { DebugOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { type InputOptions, readInputs } from '../read-inputs.ts';
import { type Rehearsal, rehearseCrew } from '../rehearse-crew.ts';
import { table } from '../table.ts';

interface Options extends DebugOptions, JsonOptions, InputOptions {
  readonly crew?: string;
}

/** Every hold that a run would open on the rehearsal model, and why; no tool is executed. */
export async function rehearse(file: string, options: Options): Promise<number> {
  const crews = options.crew === undefined ? await loadCrews([file]) : [await loadCrew(file, options.crew)];
  let failed = false;
  for (const crew of crews) {
    const given = options.input || options.inputs ? readInputs(options, crew.config.inputs) : null;
    const rehearsal = await rehearseCrew(crew, given, silentLog);
    failed ||= rehearsal.run.status !== 'completed';
    if (options.json) for (const hold of rehearsal.holds) printJson(hold);
    else show(crew.name, rehearsal);
    const computed = Object.entries(crew.config.tools).flatMap(([name, { tier }]) =>
      tier === 'computed' ? [name] : [],
    );
    if (computed.length > 0)
      note(
        `The tier of ${computed.join(', ')} is computed from the arguments; other arguments than the rehearsed ones may give any of: ${TIERS.join(', ')}.`,
      );
  }
  return failed ? EXIT.failed : EXIT.done;
}

function show(crew: string, { holds, run }: Rehearsal): void {
  printLine(`${crew}: ${holds.length} ${holds.length === 1 ? 'hold' : 'holds'}; the rehearsal ${run.status}.`);
  if (run.error) note(`${run.error.code}: ${run.error.message}`);
  if (holds.length === 0) return;
  const rows = holds.map((hold) => [
    hold.task ?? '(run)',
    hold.kind,
    hold.tool ?? '',
    hold.tier ?? '',
    `${hold.reviewers.join(' ') || 'anyone'}${hold.quorum > 1 ? ` ×${hold.quorum}` : ''}`,
    hold.reasons.map(({ detail }) => detail).join(' '),
  ]);
  for (const line of table([['TASK', 'KIND', 'TOOL', 'TIER', 'REVIEWERS', 'WHY'], ...rows], { indent: '  ' }))
    printLine(line);
}
