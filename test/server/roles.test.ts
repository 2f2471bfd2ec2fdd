import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { ROLES, type Role } from '../../src/server/identity/roles.ts';
import { MESSAGE_NAMES, MESSAGES, type MessageName } from '../../src/server/protocol/messages.ts';
import { rawSocket, send } from '../support/raw-socket.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

const READERS: readonly Role[] = ['viewer', 'reviewer', 'operator', 'admin'];
const DECIDERS: readonly Role[] = ['reviewer', 'admin'];
const OPERATORS: readonly Role[] = ['operator', 'admin'];

/** Written out, not derived: who may send what is a promise. */
const EXPECTED: Record<MessageName, { roles: readonly Role[]; payload: object }> = {
  'holds:list': { roles: READERS, payload: {} },
  'hold:get': { roles: READERS, payload: { holdId: 'HOLD' } },
  'hold:decide': { roles: DECIDERS, payload: { holdId: 'none', digest: 'x', verdict: 'approve' } },
  'hold:decideMany': { roles: DECIDERS, payload: { decisions: [{ holdId: 'none', digest: 'x', verdict: 'approve' }] } },
  'hold:claim': { roles: DECIDERS, payload: { holdId: 'HOLD', takeOver: true } },
  'hold:release': { roles: DECIDERS, payload: { holdId: 'none' } },
  'hold:comment': { roles: DECIDERS, payload: { holdId: 'HOLD', text: 'x' } },
  'run:start': { roles: OPERATORS, payload: { crew: 'label-desk', inputs: {} } },
  'run:cancel': { roles: OPERATORS, payload: { runId: 'none', reason: 'x' } },
  'runs:stopAll': { roles: OPERATORS, payload: { reason: 'r' } },
  'runs:resumeAll': { roles: OPERATORS, payload: { reason: 'r' } },
  'runs:stop': { roles: READERS, payload: {} },
  'run:change': { roles: READERS, payload: { runId: 'RUN' } },
  'run:resume': { roles: OPERATORS, payload: { runId: 'none', fingerprint: '0'.repeat(64) } },
  'run:fork': { roles: OPERATORS, payload: { runId: 'RUN', seq: 1 } },
  'run:get': { roles: READERS, payload: { runId: 'RUN' } },
  'runs:list': { roles: READERS, payload: { limit: 1 } },
  'run:state': { roles: READERS, payload: { runId: 'RUN' } },
  'run:verify': { roles: READERS, payload: { runId: 'RUN' } },
  'run:events': { roles: READERS, payload: { runId: 'RUN' } },
  'run:watch': { roles: READERS, payload: { runId: 'RUN' } },
  'run:unwatch': { roles: READERS, payload: { runId: 'RUN' } },
  'crews:list': { roles: READERS, payload: {} },
  'actions:list': { roles: READERS, payload: {} },
  'action:undo': { roles: DECIDERS, payload: { runId: 'none', actionId: 'none', reason: 'x' } },
  'action:audit': { roles: DECIDERS, payload: { runId: 'none', actionId: 'none', finding: 'good' } },
  'oversight:list': { roles: READERS, payload: {} },
  'oversight:sign': { roles: DECIDERS, payload: { key: 'x', level: 'supervised', reason: 'x' } },
  'oversight:demote': { roles: DECIDERS, payload: { key: 'x', reason: 'x' } },
  'decisions:search': { roles: READERS, payload: {} },
  me: { roles: READERS, payload: {} },
};

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('each role', () => {
  test.each(ROLES)('%s: every message is allowed or forbidden as promised, and answers in its shape', async (role) => {
    const hold = await server.held();
    const socket = await rawSocket(server.url, await server.token(role, `person-${role}`));
    for (const name of MESSAGE_NAMES) {
      const text = JSON.stringify(EXPECTED[name].payload)
        .replace('HOLD', hold.id)
        .replace('RUN', hold.runId ?? '');
      const payload = { ...JSON.parse(text), ...(MESSAGES[name].changes ? { requestId: `${role}:${name}` } : {}) };
      const answer = await send(socket, name, payload);
      const allowed = EXPECTED[name].roles.includes(role);
      expect({ name, forbidden: answer.error?.code === 'FORBIDDEN' }).toEqual({ name, forbidden: !allowed });
      expect(answer.error?.code, name).not.toBe('INTERNAL');
      const shape: z.ZodType = MESSAGES[name].data;
      if (answer.ok) expect({ name, error: shape.safeParse(answer.data).error }).toEqual({ name, error: undefined });
    }
    socket.disconnect();
  });

  test('a token whose roles nobody knows may do nothing', async () => {
    const { id, hash, ...row } = (await server.journal.tokens.list())[0] ?? (expect.fail() as never);
    const { createHash } = await import('node:crypto');
    const unknown = {
      ...row,
      id: `${id}x`,
      hash: createHash('sha256').update('hp_odd').digest('hex'),
      roles: ['owner', 'constructor'],
    };
    await server.journal.tokens.add({ ...unknown, revokedAt: null, expiresAt: null });
    expect(hash).not.toBe(unknown.hash);
    const socket = await rawSocket(server.url, 'hp_odd');
    for (const name of MESSAGE_NAMES) expect((await send(socket, name, {})).error?.code).toBe('FORBIDDEN');
    socket.disconnect();
  });
});
