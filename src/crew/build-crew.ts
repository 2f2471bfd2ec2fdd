import { durationMs } from '../hooks/duration.ts';
import type { ReviewPolicy } from '../hooks/review-policy.ts';
import { resolveContext } from './check-graph.ts';
import { fingerprintOf } from './crew-config.ts';
import { type CrewParts, crewData } from './crew-config-data.ts';
import type {
  AgentDefinition,
  Confirm,
  CrewDefinition,
  Given,
  TaskDefinition,
  ToolDefinition,
  ToolUse,
} from './crew-definition.ts';
import type { AgentInput, ConfirmInput, CrewInput, TaskInput } from './crew-input.ts';
import { isTool, toolDefinition } from './define-tool.ts';

/** A config without mistakes as the engine uses it: defaults applied, references resolved. */
export function buildCrew(input: CrewInput): CrewDefinition {
  const agents = Object.entries(input.agents);
  const uses = new Map(agents.map(([key, agent]) => [key, usesOf(agent.tools)]));
  const keys = Object.keys(input.tasks);
  const tasks = Object.entries(input.tasks).map(([key, task], index): [string, TaskDefinition] => [
    key,
    buildTask(key, task, keys[index - 1], task.tools ? usesOf(task.tools) : (uses.get(task.agent) ?? new Map())),
  ]);
  const crew: CrewParts = {
    name: input.name,
    version: input.version ?? null,
    inputs: input.inputs ?? null,
    agents: new Map(agents.map(([key, agent]) => [key, buildAgent(key, agent)])),
    tasks: new Map(tasks),
    model: input.model ?? null,
    review: input.review ?? null,
    hooks: givenHooks(input.hooks ?? {}),
  };
  const config = crewData(crew, input, toolsOf([...uses.values(), ...tasks.map(([, task]) => task.tools)]));
  return Object.freeze({ ...crew, config, fingerprint: fingerprintOf(config) });
}

function buildAgent(key: string, agent: AgentInput): AgentDefinition {
  return {
    key,
    role: agent.role,
    goal: agent.goal,
    backstory: agent.backstory ?? null,
    model: agent.model ?? null,
    maxSteps: agent.maxSteps ?? 10,
  };
}

function buildTask(
  key: string,
  task: TaskInput,
  before: string | undefined,
  tools: ReadonlyMap<string, ToolUse>,
): TaskDefinition {
  const optionalContext = [...new Set(task.optionalContext ?? [])];
  return {
    key,
    agent: task.agent,
    description: task.description,
    expectedOutput: task.expectedOutput ?? null,
    output: task.output ?? null,
    context: resolveContext(task.context, optionalContext, before),
    optionalContext,
    when: task.when ?? null,
    tools,
    confirm: buildConfirm(task.confirm),
    review: task.review ?? null,
    minConfidence: task.minConfidence ?? null,
    confidence: task.confidence ?? null,
    escalateIf: task.escalateIf ?? null,
    guardrails: task.guardrails ?? [],
    maxRetries: task.maxRetries ?? 2,
    maxRevisions: task.maxRevisions ?? 3,
    onReject: task.onReject ?? 'revise',
    onFailure: task.onFailure ?? 'escalate',
    timeoutMs: task.timeout === undefined ? null : durationMs(task.timeout),
    outputFile: task.outputFile ?? null,
  };
}

function buildConfirm(confirm: ConfirmInput | undefined): TaskDefinition['confirm'] {
  if (typeof confirm === 'object') {
    return { before: oneConfirm(confirm.before), after: oneConfirm(confirm.after) };
  }
  const has = (place: 'before' | 'after') => (confirm === place || confirm === 'both' ? true : undefined);
  return { before: oneConfirm(has('before')), after: oneConfirm(has('after')) };
}

function oneConfirm<G extends Given>(
  confirm: true | (ReviewPolicy & { when?: Confirm<G>['when'] | undefined }) | undefined,
): Confirm<G> | null {
  if (confirm === undefined) return null;
  if (confirm === true) return { policy: {}, when: null };
  const { when = null, ...policy } = confirm;
  return { policy, when };
}

function usesOf(tools: AgentInput['tools']): Map<string, ToolUse> {
  return new Map(
    (tools ?? []).map((entry): [string, ToolUse] => {
      const { tool, tier, review } = isTool(entry) ? { tool: entry } : entry;
      const definition = toolDefinition(tool);
      return [definition.name, { tool: definition, raiseTo: tier ?? null, review: review ?? null }];
    }),
  );
}

/** Every tool of the crew once, also those that no task uses: a manager may hand work to any agent. */
function toolsOf(hands: readonly ReadonlyMap<string, ToolUse>[]): Iterable<ToolDefinition> {
  return new Map(hands.flatMap((uses) => [...uses.values()].map(({ tool }) => [tool.name, tool] as const))).values();
}

function givenHooks(hooks: NonNullable<CrewInput['hooks']>): CrewDefinition['hooks'] {
  return Object.fromEntries(Object.entries(hooks).filter(([, hook]) => hook !== undefined));
}
