import type { ZodType, z } from 'zod';
import { buildCrew } from './build-crew.ts';
import { checkGraph } from './check-graph.ts';
import { checkKeys, checkPlaceholders, checkSchemas } from './check-texts.ts';
import { checkToolUses } from './check-tool-uses.ts';
import { refusal } from './config-issue.ts';
import type { CrewDefinition } from './crew-definition.ts';
import { CrewInput } from './crew-input.ts';
import type { Crew, CrewConfig, OutputsOf } from './crew-types.ts';
import { looseCrew } from './loose-crew.ts';
import { readShape } from './strict-shape.ts';

/** Under this key a crew carries its definition; registered, so that two installed copies of the package understand each other. */
const DEFINITION = Symbol.for('holdpoint.crew');

/**
 * A crew: its agents, its tasks, and where people look. The config is checked as a whole, before anything runs.
 *
 * @throws {HoldpointError} `CREW_INVALID` with all mistakes in `details.issues`, each with its path and what to write instead.
 */
export function defineCrew<
  const N extends string,
  const A extends string,
  S extends Record<string, unknown>,
  const C extends Record<string, unknown>,
  const D extends Record<string, unknown>,
  In extends ZodType = ZodType<Record<string, never>, Record<string, never>>,
>(config: CrewConfig<N, In, A, S, C, D>): Crew<N, z.input<In>, z.output<In>, OutputsOf<S>> {
  const definition = define(config);
  const crew = { type: 'crew', name: definition.name as N } as const;
  return Object.freeze(Object.defineProperty(crew, DEFINITION, { value: definition }));
}

/** Also true of a crew that another copy of this package defined. */
export function isCrew(value: unknown): value is Crew {
  return typeof value === 'object' && value !== null && DEFINITION in value;
}

/** What `defineCrew` made of a crew. */
export function crewDefinition(crew: Crew): CrewDefinition {
  if (isCrew(crew)) return (crew as Crew & { [DEFINITION]: CrewDefinition })[DEFINITION];
  throw refusal('CREW_INVALID', 'This crew', [{ path: '', message: 'Make it with defineCrew({ … }).' }]);
}

function define(config: unknown): CrewDefinition {
  const { value, issues } = readShape(CrewInput, config);
  const loose = looseCrew(config);
  const all = [
    ...issues,
    ...checkKeys(loose),
    ...checkGraph(loose),
    ...checkToolUses(loose),
    ...checkSchemas(loose),
    ...checkPlaceholders(loose),
  ];
  if (!value || all.length > 0) throw refusal('CREW_INVALID', subjectOf(config), all);
  return buildCrew(value);
}

function subjectOf(config: unknown): string {
  const name = typeof config === 'object' && config !== null && 'name' in config ? config.name : undefined;
  return typeof name === 'string' ? `Crew "${name}"` : 'This crew';
}
