import type { Model } from '../crew/model.ts';
import { type Env, type OpenAIModelOptions, openaiSettings } from './openai-settings.ts';

/**
 * A model behind any server that speaks OpenAI's Chat Completions. Failed, cut, empty and malformed answers are tried again
 * here; only a whole, well-formed answer is returned.
 * @throws {HoldpointError} `MODEL_NOT_CONFIGURED` when there is neither a key nor a base URL.
 */
export function openaiModel(options: OpenAIModelOptions = {}, env: Env = process.env): Model {
  const settings = openaiSettings(options, env);
  // With it comes the SDK, which is a third of the package: who asks no model does without.
  const loading = import('./openai-exchange.ts').then(({ OpenAIExchanges }) => new OpenAIExchanges(settings));
  loading.catch(() => undefined);
  return {
    type: 'model',
    name: settings.name,
    respond: async (request, given) => (await loading).respond(request, given),
  };
}
