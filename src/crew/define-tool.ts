import { type ZodType, z } from 'zod';
import { durationMs } from '../hooks/duration.ts';
import type { Tier } from '../hooks/tier.ts';
import { checkSchema, isSchema, jsonSchemaOf } from './check-schema.ts';
import { type ConfigIssue, refusal } from './config-issue.ts';
import type { ToolDefinition } from './crew-definition.ts';
import type { Produced, Tool, ToolConfig, TypedTool, WithUndo } from './crew-types.ts';
import { readShape } from './strict-shape.ts';
import { ToolInput } from './tool-input.ts';

/** Under this key a tool carries its definition; registered, so that two installed copies of the package understand each other. */
const DEFINITION = Symbol.for('holdpoint.tool');

const TEXT = z.string();

/**
 * A function that agents may call, with the oversight it needs. Two signatures, since only a tier that can be `supervised`
 * needs `undo`: a condition on the tier inside one would keep TypeScript from inferring a computed one.
 *
 * @throws {HoldpointError} `TOOL_INVALID` with all mistakes in `details.issues`, each with its path and what to write instead.
 */
export function defineTool<
  const N extends string,
  I extends ZodType,
  const T extends Exclude<Tier, 'supervised'>,
  O extends ZodType = ZodType<string, string>,
  const R extends Produced<O> = Produced<O>,
>(config: ToolConfig<N, I, O, T, R> & Partial<WithUndo<I, O>>): TypedTool<N, z.output<I>, z.output<O>>;
export function defineTool<
  const N extends string,
  I extends ZodType,
  const T extends Tier,
  O extends ZodType = ZodType<string, string>,
  const R extends Produced<O> = Produced<O>,
>(config: ToolConfig<N, I, O, T, R> & WithUndo<I, O>): TypedTool<N, z.output<I>, z.output<O>>;
export function defineTool(config: unknown): Tool {
  return toolOf(define(config));
}

/** A tool as crews list it, of a definition that is known to be right. */
export function toolOf(definition: ToolDefinition): Tool {
  const { name, description, input, output } = definition;
  const tool = { type: 'tool', name, description, input, output } as const;
  return Object.freeze(Object.defineProperty(tool, DEFINITION, { value: definition }));
}

export function isTool(value: unknown): value is Tool {
  return typeof value === 'object' && value !== null && DEFINITION in value;
}

/** What `defineTool` made of a tool. */
export function toolDefinition(tool: Tool): ToolDefinition {
  if (isTool(tool)) return (tool as Tool & { [DEFINITION]: ToolDefinition })[DEFINITION];
  throw refusal('TOOL_INVALID', 'This tool', [{ path: '', message: 'Make it with defineTool({ … }).' }]);
}

function define(config: unknown): ToolDefinition {
  const { value, issues } = readShape(ToolInput, config);
  const all = [...issues, ...checkSchemas(config), ...(value ? checkUndo(value) : [])];
  if (!value || all.length > 0) throw refusal('TOOL_INVALID', subjectOf(config), all);
  return Object.freeze({
    name: value.name,
    description: value.description,
    input: value.input,
    output: value.output ?? TEXT,
    tier: value.tier,
    impact: value.impact ?? null,
    minConfidence: value.minConfidence ?? null,
    review: value.review ?? null,
    idempotent: value.idempotent ?? false,
    timeoutMs: durationMs(value.timeout ?? '30s'),
    execute: value.execute,
    undo: value.undo ?? null,
    undoWindowMs: durationMs(value.undoWindow ?? '10m'),
  });
}

function subjectOf(config: unknown): string {
  const name = typeof config === 'object' && config !== null && 'name' in config ? config.name : undefined;
  return typeof name === 'string' ? `Tool "${name}"` : 'This tool';
}

/** Also when the rest of the config is wrong, so that all mistakes are told at once. */
function checkSchemas(config: unknown): ConfigIssue[] {
  if (typeof config !== 'object' || config === null) return [];
  const { input, output } = config as { input?: unknown; output?: unknown };
  return [...(isSchema(input) ? checkInput(input) : []), ...(isSchema(output) ? checkSchema(output, ['output']) : [])];
}

/** Models call tools with named arguments. */
function checkInput(input: ZodType): ConfigIssue[] {
  const issues = checkSchema(input, ['input']);
  if (issues.length > 0) return issues;
  const { type = 'object' } = jsonSchemaOf(input);
  const message = 'Agents call tools with named arguments. Write an object schema, such as z.strictObject({ … }).';
  return type === 'object' ? [] : [{ path: 'input', message }];
}

/** A computed tier is checked when it has been computed. */
function checkUndo({ tier, undo }: ToolInput): ConfigIssue[] {
  const message = "A supervised action runs at once and must be reversible. Add `undo`, or write tier: 'approval'.";
  return tier === 'supervised' && !undo ? [{ path: 'undo', message }] : [];
}
