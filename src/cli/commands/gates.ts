import { HoldpointError } from '../../errors.ts';
import { TIERS, Tier } from '../../hooks/tier.ts';
import { EXIT } from '../exit-codes.ts';
import { type Gate, gatesOfCrew, type Requirement, whyUnmet } from '../gates-of-crew.ts';
import { loadCrews } from '../load-crews.ts';
import type { DebugOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';

interface Options extends DebugOptions, JsonOptions {
  readonly require?: readonly string[];
}

/** The inventory of a crew file; with `--require` a check for CI. */
export async function gates(file: string, { require: required = [], json = false }: Options): Promise<number> {
  const requirements = required.map(requirementOf);
  const found = (await loadCrews([file])).flatMap(({ config }) => gatesOfCrew(config));
  if (json) for (const gate of found) printJson(gate);
  else {
    const rows = found.map((gate) => [
      gate.crew,
      gate.kind,
      gate.name,
      gate.kind === 'tool' ? (gate.task ?? '(no task)') : '',
      gate.tier,
      gate.holds.join(', '),
      `${reviewersText(gate) || 'anyone'}${gate.quorum > 1 ? ` ×${gate.quorum}` : ''}`,
    ]);
    for (const line of table([['CREW', 'KIND', 'NAME', 'IN TASK', 'TIER', 'HOLDS', 'REVIEWERS'], ...rows]))
      printLine(line);
  }
  const unmet = requirements.flatMap((requirement) => whyUnmet(requirement, found) ?? []);
  for (const problem of unmet) note(`unmet: ${problem}`);
  return unmet.length > 0 ? EXIT.failed : EXIT.done;
}

/** Each list must be matched, by any of its entries. */
function reviewersText({ policy }: Gate): string {
  const lists = [...new Set(policy.reviewers.map((list) => list.join(' or ')))];
  return lists.map((list) => (lists.length > 1 && list.includes(' or ') ? `(${list})` : list)).join(' and ');
}

function requirementOf(given: string): Requirement {
  const [, name, tier] = /^(.+)=([^=]+)$/.exec(given) ?? [];
  const parsed = Tier.safeParse(tier);
  if (name !== undefined && parsed.success) return { name, tier: parsed.data };
  if (name !== undefined && tier === 'computed') return { name, tier };
  throw new HoldpointError(
    'USAGE',
    `--require takes TOOL=TIER, not ${JSON.stringify(given)}. Tiers are ${TIERS.join(', ')}, computed.`,
  );
}
