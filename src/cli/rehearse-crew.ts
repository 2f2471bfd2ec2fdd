import { rehearsalModel } from '../agents/rehearsal-model.ts';
import { valueFor } from '../agents/rehearsal-value.ts';
import type { CrewDefinition, TaskDefinition, ToolUse } from '../crew/crew-definition.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import { toHold } from '../hooks/hold.ts';
import type { Reviewer } from '../hooks/reviewer.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { memoryJournal } from '../journal/memory-journal.ts';
import type { Json } from '../json/json.ts';
import type { RunnerLog } from '../runner/context.ts';
import type { Engine } from '../runner/engine.ts';
import { openEngine } from '../runner/open-engine.ts';

/** One hold that a run of the crew would open, and why. */
export interface RehearsedHold {
  readonly crew: string;
  readonly task: string | null;
  readonly kind: HoldRecord['kind'];
  readonly tool: string | null;
  readonly tier: string | null;
  readonly reasons: HoldRecord['reasons'];
  readonly reviewers: readonly string[];
  readonly quorum: number;
}

export interface Rehearsal {
  readonly holds: readonly RehearsedHold[];
  readonly run: RunSummary;
}

/**
 * Runs a crew once, offline: the rehearsal model answers, tools are not executed but give what their schemas promise, and each
 * hold is decided as its policy asks. Nothing outside is touched and nothing is kept.
 */
export async function rehearseCrew(crew: CrewDefinition, inputs: Json | null, log: RunnerLog): Promise<Rehearsal> {
  const model = rehearsalModel();
  const engine = await openEngine({
    crews: [withoutEffects(crew)],
    journal: memoryJournal(),
    models: () => model,
    log,
  });
  try {
    const given = inputs ?? (crew.config.inputs ? plausible(crew.config.inputs) : {});
    const { id } = await engine.start(crew.name, given, { requestedBy: 'user:rehearsal' });
    const holds: RehearsedHold[] = [];
    for (;;) {
      const run = await engine.settled(id);
      const open = await openHolds(engine, id);
      if (run.status !== 'held' || open.length === 0) return { holds, run };
      for (const hold of open) {
        holds.push(asRehearsed(hold));
        await decideAsAsked(engine, hold);
      }
    }
  } finally {
    await engine.close();
  }
}

async function openHolds(engine: Engine, runId: RunId): Promise<readonly HoldRecord[]> {
  return (await engine.journal.holds({ runId, status: 'open', limit: 200 })).items.toReversed();
}

function asRehearsed(hold: HoldRecord): RehearsedHold {
  const { review } = toHold(hold);
  return {
    crew: hold.crew ?? '',
    task: hold.task,
    kind: hold.kind,
    tool: hold.action?.tool ?? null,
    tier: hold.action?.tier ?? null,
    reasons: hold.reasons,
    reviewers: review.reviewers,
    quorum: review.quorum,
  };
}

/** As many people as the quorum asks for, each with all that the policy wants of a reviewer. */
async function decideAsAsked(engine: Engine, hold: HoldRecord): Promise<void> {
  for (const actor of reviewersFor(hold)) {
    if (hold.kind === 'human') await engine.claim(hold.id, { takeOver: true }, { actor });
    const decision = hold.allowed.includes('approve')
      ? ({ verdict: 'approve' } as const)
      : ({ verdict: 'respond', value: answerTo(hold) } as const);
    await engine.decide(hold.id, { digest: hold.digest, reason: 'rehearsal', ...decision }, { actor });
  }
}

function reviewersFor({ policy }: HoldRecord): Reviewer[] {
  const refs = policy.reviewers.flat();
  const named = (kind: string) =>
    refs.filter((ref) => ref.startsWith(`${kind}:`)).map((ref) => ref.slice(kind.length + 1));
  const users = [
    ...named('user').map((name) => `user:${name}`),
    ...Array.from({ length: policy.quorum }, (_, n) => `user:reviewer-${n + 1}`),
  ];
  return users.slice(0, policy.quorum).map((user) => ({ user, roles: named('role'), groups: named('group') }));
}

function answerTo(hold: HoldRecord): Json {
  if (hold.kind !== 'escalation' && hold.kind !== 'run') return plausible(hold.schema ?? { type: 'string' });
  const choices =
    (hold.schema?.properties as { choice?: { enum?: readonly string[] }; value?: Json } | undefined) ?? {};
  return choices.choice?.enum?.includes('use')
    ? { choice: 'use', value: plausible(choices.value ?? { type: 'string' }) }
    : { choice: 'retry' };
}

function plausible(schema: Json): Json {
  return valueFor(schema, (path) => `Rehearsed ${path.at(-1) ?? 'text'}`);
}

/** The same crew, its tools doing nothing. Tiers, policies and gates are the real ones. */
function withoutEffects(crew: CrewDefinition): CrewDefinition {
  const tasks = [...crew.tasks].map(([key, task]): [string, TaskDefinition] => [
    key,
    { ...task, outputFile: null, tools: inert(crew, task.tools) },
  ]);
  return {
    ...crew,
    tasks: new Map(tasks),
    model: null,
    agents: new Map([...crew.agents].map(([key, agent]) => [key, { ...agent, model: null }])),
  };
}

function inert(crew: CrewDefinition, uses: TaskDefinition['tools']): TaskDefinition['tools'] {
  const silenced = [...uses].map(([name, use]): [string, ToolUse] => {
    const output = plausible(crew.config.tools[name]?.output ?? { type: 'string' });
    return [name, { ...use, tool: { ...use.tool, execute: () => output, undo: use.tool.undo && (() => undefined) } }];
  });
  return new Map(silenced);
}
