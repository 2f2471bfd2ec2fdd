import type { CrewConfigData, TaskConfigData } from '../crew/crew-config.ts';
import { strictestTier, TIERS, type Tier } from '../hooks/tier.ts';

/** Where one crew asks for people: a tool in the hands of a task, or a task itself. */
export interface Gate {
  readonly crew: string;
  readonly kind: 'tool' | 'task';
  readonly name: string;
  /** The task that may call the tool; null: no task may. */
  readonly task: string | null;
  /** `computed`: a function says, from the arguments. Of a task: `approval` where its start or output is held. */
  readonly tier: Tier | 'computed';
  /** What a task raises the tool to at least, whatever a function says. */
  readonly atLeast: Tier;
  readonly holds: readonly string[];
  readonly reviewers: readonly string[];
  readonly quorum: number;
  readonly policy: object;
}

type Policy = NonNullable<CrewConfigData['review']> | null;

export function gatesOfCrew(config: CrewConfigData): Gate[] {
  const tasks = Object.entries(config.tasks);
  const tools = Object.keys(config.tools).flatMap((name) => {
    const users = tasks.filter(([, task]) => task.tools.some((use) => use.name === name));
    return users.length > 0
      ? users.map(([key, task]) => toolGate(config, name, [key, task]))
      : [toolGate(config, name, null)];
  });
  return [...tools, ...tasks.map(([key, task]) => taskGate(config, key, task))];
}

function toolGate(config: CrewConfigData, name: string, user: [string, TaskConfigData] | null): Gate {
  const tool = config.tools[name];
  const use = user?.[1].tools.find((candidate) => candidate.name === name);
  const raised = use?.raiseTo ?? 'automatic';
  const tier = tool?.tier ?? 'computed';
  const policies = [config.review, user?.[1].review ?? null, tool?.review ?? null, use?.review ?? null];
  const holds = tool?.minConfidence == null ? [] : [`confidence below ${tool.minConfidence}`];
  return {
    crew: config.name,
    kind: 'tool',
    name,
    task: user?.[0] ?? null,
    tier: tier === 'computed' ? (raised === 'human' ? 'human' : 'computed') : strictestTier(tier, raised),
    atLeast: tier === 'computed' ? raised : strictestTier(tier, raised),
    holds,
    ...merged(policies),
  };
}

function taskGate(config: CrewConfigData, key: string, task: TaskConfigData): Gate {
  const { before, after } = task.confirm;
  const sure = [before, after].some((confirm) => confirm !== null && confirm.when === null);
  const holds = [
    ...(before ? [before.when ? 'before, when a function says so' : 'before'] : []),
    ...(after ? [after.when ? 'after, when a function says so' : 'after'] : []),
    ...(task.minConfidence === null ? [] : [`confidence below ${task.minConfidence}`]),
    ...(task.escalateIf ? ['escalateIf'] : []),
    ...(task.onFailure === 'escalate' ? ['on failure'] : []),
  ];
  const mayHold = before !== null || after !== null || task.minConfidence !== null || task.escalateIf !== null;
  return {
    crew: config.name,
    kind: 'task',
    name: key,
    task: key,
    tier: sure ? 'approval' : mayHold ? 'computed' : 'automatic',
    atLeast: sure ? 'approval' : 'automatic',
    holds,
    ...merged([config.review, task.review, before?.policy ?? null, after?.policy ?? null]),
  };
}

function merged(policies: readonly (Policy | null)[]): Pick<Gate, 'reviewers' | 'quorum' | 'policy'> {
  const given = policies.filter((policy) => policy !== null);
  return {
    reviewers: [...new Set(given.flatMap(({ reviewers }) => reviewers ?? []))],
    quorum: Math.max(1, ...given.map(({ quorum }) => quorum ?? 1)),
    policy: Object.assign({}, ...given),
  };
}

/** `issue_refund=approval`: at least that much oversight. `=computed`: at least that a function decides. */
export interface Requirement {
  readonly name: string;
  readonly tier: Tier | 'computed';
}

/** Why the requirement is not met; null if it is. A tier that a function computes is as good as the least it can be. */
export function whyUnmet({ name, tier }: Requirement, gates: readonly Gate[]): string | null {
  const tools = gates.filter((gate) => gate.kind === 'tool' && gate.name === name);
  const found = tools.length > 0 ? tools : gates.filter((gate) => gate.kind === 'task' && gate.name === name);
  if (found.length === 0) return `${name}: there is no such tool or task`;
  const weak = found.find((gate) => !suffices(gate, tier));
  if (!weak) return null;
  const where = weak.kind === 'tool' && weak.task !== null ? ` in task ${weak.task}` : '';
  return `${name}: ${tier} is required, it is ${weak.tier}${where} (crew ${weak.crew})`;
}

function suffices({ tier, atLeast }: Gate, required: Tier | 'computed'): boolean {
  if (required !== 'computed') return TIERS.indexOf(atLeast) >= TIERS.indexOf(required);
  return tier === 'computed' || TIERS.indexOf(tier) >= TIERS.indexOf('approval');
}
