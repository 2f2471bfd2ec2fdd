import type { Hold } from '../hooks/hold.ts';
import { paint } from './paint.ts';
import { table } from './table.ts';
import { visibleLine, visibleText, visibleValue } from './visible-text.ts';

/**
 * A hold as a reviewer reads it. What is recorded fact stands by itself; what the agent says of itself is labelled as its
 * claim. Nothing of it is interpreted by the terminal.
 */
export function holdText(hold: Hold, stream: NodeJS.WritableStream = process.stderr): string {
  const title = `Hold ${hold.id}${hold.revision > 1 ? `, revision ${hold.revision}` : ''}: ${TITLES[hold.kind]}`;
  return [
    paint('bold', visibleLine(title, 200), stream),
    ...table(facts(hold), { indent: '  ' }),
    ...(hold.context ?? []).flatMap(({ task, output }) => section(`What it knew: output of ${task}`, output, stream)),
    ...(hold.done ?? []).map(
      (done) =>
        `  ${visibleLine(`done before: ${done.tool} ${JSON.stringify(done.input)} → ${JSON.stringify(done.output)}`, 300)}`,
    ),
    ...history(hold),
    ...proposal(hold, stream),
    ...claims(hold, stream),
  ].join('\n');
}

const TITLES: Readonly<Record<Hold['kind'], string>> = {
  before: 'may this task start?',
  after: 'is this output right?',
  action: 'may this action run?',
  human: 'do this yourself, and record the result',
  question: 'an agent asks',
  escalation: 'a task cannot go on by itself',
  run: 'the run cannot go on by itself',
  oversight: 'may this change of oversight be made?',
};

function facts(hold: Hold): string[][] {
  const { review } = hold;
  const rows = [
    ['run', `${hold.runId} (${hold.crew}), started by ${hold.requestedBy}`],
    ['task', hold.task === null ? '' : `${hold.task}, by ${hold.agent}, attempt ${hold.attempt}`],
    ...hold.reasons.map(({ code, detail }) => ['why', `${detail} (${code})`]),
    ['impact', hold.impact ? `${hold.impact.summary} (${undoOf(hold.kind, hold.impact.reversible)})` : ''],
    ['blocks', hold.blocks.join(', ')],
    ['reviewers', review.reviewers.join(', ')],
    ['votes', review.quorum > 1 ? `${review.votes.length} of ${review.quorum}` : ''],
    ['due', review.dueAt === null ? '' : `${review.dueAt}${review.overdue ? ' (overdue)' : ''}`],
    ['claimed by', hold.claimedBy ?? ''],
    ['status', hold.status === 'open' ? '' : `${hold.status} by ${hold.decidedBy.join(', ') || 'nobody'}`],
    ...hold.comments.map(({ by, text }) => ['comment', `${by}: ${text}`]),
    ['digest', hold.digest],
  ];
  return rows.filter(([, value]) => value !== '');
}

/** What a person does outside is nothing that the tool's `undo` could reverse. */
function undoOf(kind: Hold['kind'], reversible: boolean): string {
  if (kind === 'human') return 'cannot be undone from here';
  return reversible ? 'can be undone' : 'cannot be undone';
}

function history(hold: Hold): string[] {
  return hold.history.map(
    ({ verdict, by, reason }) => `  ${visibleLine(`before: ${by} said ${verdict}${reason ? `: ${reason}` : ''}`, 300)}`,
  );
}

function proposal(hold: Hold, stream: NodeJS.WritableStream): string[] {
  const { proposal } = hold;
  if (hold.kind !== 'action' && hold.kind !== 'human') return section('Proposal', proposal, stream);
  const { tool, input } = proposal as { tool: string; input: unknown };
  return [paint('bold', `Proposal: ${visibleLine(tool)}`, stream), ...argumentLines(input)];
}

/** A tool's arguments, one a row; long texts and nested values below their name. */
export function argumentLines(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return indent(visibleValue(input));
  const entries = Object.entries(input);
  if (entries.length === 0) return ['  (no arguments)'];
  const width = Math.max(...entries.map(([key]) => visibleLine(key).length));
  return entries.flatMap(([key, value]) => {
    const name = visibleLine(key).padEnd(width);
    const text = typeof value === 'string' ? visibleText(JSON.stringify(value)) : visibleValue(value);
    return text.includes('\n') ? [`  ${name}`, ...indent(text, 4)] : [`  ${name}  ${text}`];
  });
}

function claims({ reasoning, confidence, agent }: Hold, stream: NodeJS.WritableStream): string[] {
  if (reasoning === null && confidence === null) return [];
  const title = `The agent's claim (${visibleLine(agent ?? 'agent')}), not checked`;
  return [
    paint('dim', title, stream),
    ...(confidence === null ? [] : [paint('dim', `  confidence ${confidence}`, stream)]),
    ...(reasoning === null ? [] : indent(visibleText(reasoning)).map((line) => paint('dim', line, stream))),
  ];
}

function section(title: string, value: unknown, stream: NodeJS.WritableStream): string[] {
  return [paint('bold', visibleLine(title), stream), ...indent(visibleValue(value))];
}

function indent(text: string, by = 2): string[] {
  return text.split('\n').map((line) => `${' '.repeat(by)}${line}`);
}
