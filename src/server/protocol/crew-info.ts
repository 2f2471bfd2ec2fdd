import { z } from 'zod';
import { Json } from '../../json/json.ts';
import type { CrewInfo as EngineCrewInfo } from '../../runner/engine.ts';

/** A crew that this server can start. `inputs`: JSON Schema; null: it takes none. */
export const CrewInfo = z.strictObject({
  name: z.string(),
  version: z.string().nullable(),
  inputs: z.record(z.string(), Json).nullable(),
  tasks: z.array(
    z.strictObject({
      key: z.string(),
      agent: z.string(),
      context: z.array(z.string()),
      optionalContext: z.array(z.string()),
    }),
  ),
  agents: z.array(z.strictObject({ key: z.string(), role: z.string(), goal: z.string() })),
}) satisfies z.ZodType<EngineCrewInfo> as z.ZodType<EngineCrewInfo>;
export type CrewInfo = EngineCrewInfo;
