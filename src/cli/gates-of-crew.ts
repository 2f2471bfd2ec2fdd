import type { CrewConfigData, TaskConfigData, ToolConfigData } from '../crew/crew-config.ts';
import { type EffectivePolicy, mergePolicies, type ReviewPolicy } from '../hooks/review-policy.ts';
import { strictestTier, TIERS, type Tier } from '../hooks/tier.ts';
import { canonicalJson } from '../json/canonical-json.ts';

/**
 * Where one crew asks for people: a tool in the hands of a task, or a task itself. A task whose holds have different policies has
 * a gate for each of these.
 */
export interface Gate {
  readonly crew: string;
  readonly kind: 'tool' | 'task';
  readonly name: string;
  /** The task that may call the tool; null: no task may. */
  readonly task: string | null;
  /** `computed`: a function says, from the arguments. Of a task: `approval` where its start or output is held. */
  readonly tier: Tier | 'computed';
  /** The least that an action gets, whatever a function says: what its task raises it to, or a hold for want of a confidence. */
  readonly atLeast: Tier;
  /** When it holds. */
  readonly holds: readonly string[];
  /** All whom the policy names. */
  readonly reviewers: readonly string[];
  readonly quorum: number;
  /** What such a hold is opened with; a hook may ask for more. A person must match one entry of each list of `reviewers`. */
  readonly policy: EffectivePolicy;
}

type Policy = NonNullable<CrewConfigData['review']> | null;

export function gatesOfCrew(config: CrewConfigData): Gate[] {
  const tasks = Object.entries(config.tasks);
  const tools = Object.entries(config.tools).flatMap(([name, tool]) => {
    const users = tasks.filter(([, task]) => task.tools.some((use) => use.name === name));
    return users.length > 0
      ? users.map((user) => toolGate(config, [name, tool], user))
      : [toolGate(config, [name, tool], null)];
  });
  return [...tools, ...tasks.flatMap(([key, task]) => taskGates(config, key, task))];
}

function toolGate(
  config: CrewConfigData,
  [name, tool]: [string, ToolConfigData],
  user: [string, TaskConfigData] | null,
): Gate {
  const use = user?.[1].tools.find((candidate) => candidate.name === name);
  const alwaysHeld = tool.minConfidence !== null;
  const atLeast = strictestTier(use?.raiseTo ?? 'automatic', alwaysHeld ? 'approval' : 'automatic');
  const isOpen = tool.tier === 'computed' && atLeast !== 'human';
  const known = tool.tier === 'computed' ? atLeast : strictestTier(tool.tier, atLeast);
  return {
    crew: config.name,
    kind: 'tool',
    name,
    task: user?.[0] ?? null,
    tier: isOpen ? 'computed' : known,
    atLeast: known,
    holds: alwaysHeld ? ['always, since a call carries no confidence'] : [],
    ...inForce([config.review, user?.[1].review ?? null, tool.review, use?.review ?? null]),
  };
}

function taskGates(config: CrewConfigData, key: string, task: TaskConfigData): Gate[] {
  const { before, after } = task.confirm;
  const sure = [before, after].some((confirm) => confirm !== null && confirm.when === null);
  const mayHold = before !== null || after !== null || task.minConfidence !== null || task.escalateIf !== null;
  const policiesOf = (own: Policy) => inForce([config.review, task.review, own]);
  const places = [
    {
      ...policiesOf(before?.policy ?? null),
      holds: before ? [before.when ? 'before, when a function says so' : 'before'] : [],
    },
    {
      ...policiesOf(after?.policy ?? null),
      holds: [
        ...(after ? [after.when ? 'after, when a function says so' : 'after'] : []),
        ...(task.minConfidence === null ? [] : [`confidence below ${task.minConfidence}`]),
        ...(task.escalateIf ? ['escalateIf'] : []),
        ...(task.onFailure === 'escalate' ? ['on failure'] : []),
      ],
    },
  ];
  return joined(places).map((place) => ({
    crew: config.name,
    kind: 'task',
    name: key,
    task: key,
    tier: sure ? 'approval' : mayHold ? 'computed' : 'automatic',
    atLeast: sure ? 'approval' : 'automatic',
    ...place,
  }));
}

type Place = Pick<Gate, 'holds' | 'reviewers' | 'quorum' | 'policy'>;

/** Places of one policy are one; those where nothing is held are none, unless all are. */
function joined(places: readonly Place[]): Place[] {
  const holding = places.filter(({ holds }) => holds.length > 0);
  if (holding.length === 0) return places.slice(-1);
  const byPolicy = new Map<string, Place>();
  for (const place of holding) {
    const policy = canonicalJson(place.policy);
    const same = byPolicy.get(policy);
    byPolicy.set(policy, same ? { ...same, holds: [...same.holds, ...place.holds] } : place);
  }
  return [...byPolicy.values()];
}

/** The engine's own rule. `policies`: from the least to the most particular place. */
function inForce(policies: readonly Policy[]): Pick<Gate, 'reviewers' | 'quorum' | 'policy'> {
  // In a config durations are any text: `defineCrew` has looked at them.
  const policy = mergePolicies(policies.map((given) => (given ?? undefined) as ReviewPolicy | undefined));
  return { reviewers: [...new Set(policy.reviewers.flat())], quorum: policy.quorum, policy };
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
