import type { CrewDefinition } from '../crew/crew-definition.ts';
import type { CrewInfo } from './engine.ts';

/** What clients may know of a crew: enough to start a run of it and to draw its graph. */
export function crewInfo({ config }: CrewDefinition): CrewInfo {
  return {
    name: config.name,
    version: config.version,
    inputs: config.inputs,
    tasks: Object.entries(config.tasks).map(([key, { agent, context, optionalContext }]) => ({
      key,
      agent,
      context,
      optionalContext,
    })),
    agents: Object.entries(config.agents).map(([key, { role, goal }]) => ({ key, role, goal })),
  };
}
