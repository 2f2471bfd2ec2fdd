import type { ActionType } from '../server/protocol/action-type.ts';
import { CALLED_AS } from './called-as.ts';
import { sparkline } from './sparkline.ts';

/** The table's head and one row a type. `plot`: how the points went, where a terminal shows it. */
export function oversightRows(types: readonly ActionType[], { plot }: { plot: boolean }): string[][] {
  const head = ['KEY', 'LEVEL', 'DECIDED', 'BAD', 'AT MOST', 'POINTS', 'TO AUDIT', ...(plot ? ['HISTORY'] : [])];
  return [head, ...types.map((type) => [...cells(type), ...(plot ? [historyOf(type)] : [])])];
}

function cells({ key, decisions, graduation, awaitingAudit }: ActionType): string[] {
  const audits = awaitingAudit.length === 0 ? '' : String(awaitingAudit.length);
  const bad = decisions.badRate === null ? '' : percent(decisions.badRate);
  if (!graduation) return [key, '', String(decisions.total), bad, '', '', audits];
  const { level, points, pointsToPass, upperBound, next } = graduation;
  const score = next === null ? '' : `${Math.floor(points)}/${pointsToPass}`;
  return [key, level, String(decisions.total), bad, percent(upperBound), score, audits];
}

function historyOf({ graduation }: ActionType): string {
  return graduation ? sparkline(graduation.evidence.path, graduation.pointsToPass) : '';
}

/** What a person can do about each type, a line each: sign, or what is missing. */
export function adviceLines({ key, graduation }: ActionType): string[] {
  if (!graduation?.next) return [];
  const { next, promotable, missing } = graduation;
  if (promotable) return [`${key} may become ${next}: ${CALLED_AS} oversight sign ${key} --reason "…"`];
  return [`${key} cannot become ${next} yet.`, ...missing.map((line) => `  ${line}`)];
}

/** What rejections and changes have in common, so that somebody can act on it. */
export function reasonLines({ key, reasons, decisions }: ActionType): string[] {
  if (reasons.length === 0) return [];
  const bad = decisions.rejected + decisions.material;
  const lines = reasons.flatMap(({ by, what, count, of, said }) => [
    `  ${LABEL[by]}${what === '' ? '' : ` ${what}`}: ${by === 'code' || by === 'changed' ? `${count} of ${bad}` : `${count} of ${of} decided`}`,
    ...said.map((text) => `    "${text}"`),
  ]);
  return [`${key}: ${bad} rejected or changed of ${decisions.total} decided`, ...lines];
}

const LABEL: Readonly<Record<ActionType['reasons'][number]['by'], string>> = {
  code: 'reason code',
  agent: 'agent',
  argument: 'argument',
  changed: 'changed by reviewers',
};

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
