import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { CrewDefinition } from '../../src/crew/crew-definition.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunEvent } from '../../src/crew/events.ts';
import type { RunId } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { replay } from '../../src/replay/replay.ts';
import labels from '../fixtures/crews/labels.crew.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import payments from '../fixtures/crews/payments.crew.ts';
import type { LoggedRequest, Rule } from './openai-server.ts';
import { checkRun, eventsOf } from './run-invariants.ts';
import type { Effect } from './world.ts';

/** Crews whose effects the world counts and whose questions the model logs, so that a journal can be held against both. */
export const CREWS: readonly CrewDefinition[] = [newsroom, payments, labels].map(crewDefinition);
export const CREW_FILES = CREWS.map(({ name }) =>
  fileURLToPath(new URL(`../fixtures/crews/${name}.crew.ts`, import.meta.url)),
);

export function crewNamed(name: string): CrewDefinition {
  return CREWS.find((crew) => crew.name === name) ?? expect.unreachable(name);
}

/** A run with a number of its own: in the world it tells whose effect it was. */
export interface Case {
  readonly crew: string;
  readonly n: number;
}

export function inputsOf({ crew, n }: Case): { topic: string } | { n: number } {
  return crew === 'newsroom' ? { topic: `case ${n}` } : { n };
}

/** What the model answers to these runs. */
export function rulesOf(cases: readonly Case[]): Rule[] {
  const of = (crew: string) => cases.filter((each) => each.crew === crew);
  const call = (task: 'Pay' | 'Mail' | 'Label', n: number, name: string, given: object): Rule => ({
    when: `${task} case ${n}`,
    reply: { toolCalls: [{ name, arguments: given }] },
  });
  return [
    {
      when: 'Review: ',
      reply: { raw: JSON.stringify({ output: { accept: true, feedback: '' }, reasoning: 'r', confidence: 1 }) },
    },
    ...of('payments').flatMap(({ n }) => [
      call('Pay', n, 'pay', { amount: n }),
      call('Mail', n, 'mail', { to: String(n) }),
    ]),
    ...of('labels').map(({ n }) => call('Label', n, 'label', { n })),
  ];
}

export interface Seen {
  readonly effects: readonly Effect[];
  readonly requests: readonly LoggedRequest[];
}

/** Everything that was promised of a run, from its journal and from what the world and the model saw. @returns how often a person was asked */
export async function checkAgainst(
  seen: Seen,
  journal: Journal,
  { id, crew, n }: { readonly id: RunId; readonly crew: CrewDefinition; readonly n: number },
): Promise<number> {
  const state = await checkRun(journal, id, { crew });
  expect(String(state.machine.value), `the end of ${id}`).toBe('completed');
  const events = await eventsOf(journal, id);
  expect((await replay(id, events, { crew })).state.seq).toBe(events.length);
  checkEffects(seen, events, n);
  checkModelCalls(seen, events, { crew, n });
  return events.filter((event) => event.type === 'hold.opened' && event.data.kind === 'escalation').length;
}

/** Repeated only while its end was not recorded, and then with the same key; what must not be repeated never is. */
function checkEffects({ effects }: Seen, events: readonly RunEvent[], n: number): void {
  for (const path of [`/pay/${n}`, `/mail/${n}`, `/label/${n}`, `/unlabel/${n}`]) {
    const asked = effects.filter((effect) => effect.path === path);
    expect(new Set(asked.map(({ key }) => key)).size, `keys of ${path}`).toBeLessThanOrEqual(1);
    if (path.startsWith('/mail')) expect(asked.length, path).toBeLessThanOrEqual(1);
    const type = path.startsWith('/unlabel') ? 'action.undone' : 'action.succeeded';
    const action = events.find(
      (event) => event.type === 'action.started' && asked.some(({ key }) => key.startsWith(event.data.idempotencyKey)),
    );
    const id = action?.type === 'action.started' ? action.data.actionId : null;
    const end = events.find((event) => event.type === type && event.data.actionId === id);
    for (const { at } of asked) expect(at, `${path} after its end`).toBeLessThanOrEqual(Date.parse(end?.at ?? ''));
  }
}

/** The same for the model: the ith question of a task is not asked again once its answer is recorded. */
function checkModelCalls(
  { requests }: Seen,
  events: readonly RunEvent[],
  { crew, n }: { crew: CrewDefinition; n: number },
): void {
  const questions = requests.map(({ body: { messages }, at }) => ({
    at,
    question: JSON.stringify(messages),
    first: messages.find(({ role }) => role === 'user')?.content ?? '',
  }));
  for (const task of Object.keys(crew.config.tasks)) {
    const of = new RegExp(`^(Task|Review): ${task}\\n[^]*case ${n}`);
    const lastAsked = new Map<string, number>();
    for (const { question, first, at } of questions) if (of.test(first)) lastAsked.set(question, at);
    const answers = events.filter((event) => event.type === 'model.responded' && event.data.task === task);
    expect(lastAsked.size, `questions of ${task} of case ${n}`).toBe(answers.length);
    for (const [index, at] of [...lastAsked.values()].entries())
      expect(at, `${task} of case ${n} asked again`).toBeLessThanOrEqual(Date.parse(answers[index]?.at ?? ''));
  }
}
