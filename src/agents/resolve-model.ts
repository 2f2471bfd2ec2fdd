import type { Model } from '../crew/model.ts';
import { openaiModel } from './openai-model.ts';
import { type Env, openaiSettings } from './openai-settings.ts';
import { rehearsalModel } from './rehearsal-model.ts';

const REHEARSAL = 'rehearsal';
const rehearsal = rehearsalModel();
/** One client for each server and model name, so that its connections and what it learnt of the server are shared. */
const clients = new Map<string, Model>();

/**
 * The model that a crew, an agent or the command line chose: a `Model` as it is, `rehearsal` for the offline one, a name for
 * that model on the configured server; null for the environment's choice (`HOLDPOINT_MODEL`).
 * @throws {HoldpointError} `MODEL_NOT_CONFIGURED`.
 */
export function resolveModel(choice: string | Model | null, env: Env = process.env): Model {
  if (typeof choice === 'object' && choice !== null) return choice;
  const name = choice ?? env.HOLDPOINT_MODEL?.trim();
  if (name === REHEARSAL) return rehearsal;
  const options = name ? { name } : {};
  const settings = openaiSettings(options, env);
  const key = JSON.stringify([settings.name, settings.baseURL, settings.apiKey]);
  const known = clients.get(key) ?? openaiModel(options, env);
  clients.set(key, known);
  return known;
}
