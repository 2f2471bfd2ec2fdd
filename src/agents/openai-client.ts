import OpenAI from 'openai';
import type { OpenAISettings } from './openai-settings.ts';

/** The SDK's client, which also keeps the words of servers that do not wrap their errors in `error`. */
class Client extends OpenAI {
  protected override makeStatusError(
    ...[status, body, message, headers]: Parameters<OpenAI['makeStatusError']>
  ): ReturnType<OpenAI['makeStatusError']> {
    const known = typeof body !== 'object' || 'error' in body;
    const wrapped = known ? body : { error: body };
    return super.makeStatusError(status, wrapped, message, headers);
  }
}

export function openaiClient(settings: OpenAISettings): OpenAI {
  return new Client({
    apiKey: settings.apiKey,
    baseURL: settings.baseURL,
    // We retry ourselves: the SDK does not see a cut or empty answer, and its tries would not be journaled.
    maxRetries: 0,
    timeout: settings.timeoutMs,
    // It would write to the console.
    logLevel: 'off',
    fetch: settings.fetch,
  });
}
