import { describe, expect, it } from 'vitest';
import { openaiModel } from '../../src/agents/openai-model.ts';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import { resolveModel } from '../../src/agents/resolve-model.ts';

const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', HOLDPOINT_MODEL: 'small' };

describe('the choice of a model', () => {
  it('takes a model as it is, a name for the server, nothing for the environment', () => {
    const own = rehearsalModel();
    expect(resolveModel(own, {})).toBe(own);
    expect(resolveModel('rehearsal', {}).name).toBe('rehearsal');
    expect(resolveModel(null, { HOLDPOINT_MODEL: 'rehearsal' }).name).toBe('rehearsal');
    expect(resolveModel('large', env).name).toBe('large');
    expect(resolveModel(null, env).name).toBe('small');
  });

  it('shares a client per name and server', () => {
    expect(resolveModel('large', env)).toBe(resolveModel('large', { ...env }));
    expect(resolveModel('large', env)).not.toBe(
      resolveModel('large', { ...env, OPENAI_BASE_URL: 'http://127.0.0.1:8/v1' }),
    );
    expect(resolveModel(null, env)).toBe(resolveModel('small', env));
  });

  it('says what to set where nothing is configured', () => {
    for (const bare of [{}, { OPENAI_API_KEY: '  ', OPENAI_BASE_URL: '' }]) {
      expect(() => resolveModel('large', bare)).toThrow(
        expect.objectContaining({
          code: 'MODEL_NOT_CONFIGURED',
          message: expect.stringMatching(/OPENAI_API_KEY.*OPENAI_BASE_URL.*--model rehearsal/),
        }),
      );
    }
    expect(() => openaiModel({}, { OPENAI_BASE_URL: 'localhost' })).toThrow('is not a URL');
    expect(() => openaiModel({}, { OPENAI_BASE_URL: 'http://me:secret@127.0.0.1/v1' })).toThrow(
      /^(?!.*secret).*OPENAI_API_KEY/,
    );
  });
});
