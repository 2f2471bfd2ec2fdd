import type { Env } from '../agents/openai-settings.ts';
import { resolveModel } from '../agents/resolve-model.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import type { ModelSource } from '../runner/engine.ts';
import type { ModelOptions } from './options.ts';
import { setting } from './settings.ts';
import { shellWord } from './shell-word.ts';

/** How to name the model in a command that is shown to be copied; '' for the one of the settings or the crew. */
export function modelFlag({ model }: ModelOptions): string {
  return model === undefined ? '' : ` --model ${shellWord(model)}`;
}

/** What chooses and reaches models. */
function modelEnvironment(): Env {
  return { ...process.env, HOLDPOINT_MODEL: setting('HOLDPOINT_MODEL') };
}

/**
 * The models of some crews; `--model` stands for every one of them, so that a rehearsal never calls a real one.
 * @throws {HoldpointError} `MODEL_NOT_CONFIGURED` now, rather than in the middle of a run.
 */
export function modelsOf({ model }: ModelOptions, crews: readonly CrewDefinition[]): ModelSource {
  const models: ModelSource = (choice) => resolveModel(model ?? choice, modelEnvironment());
  for (const crew of crews) for (const agent of crew.agents.values()) models(agent.model ?? crew.model);
  return models;
}
