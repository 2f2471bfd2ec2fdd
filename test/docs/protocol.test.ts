import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/crew/events.ts';
import { isHoldpointError } from '../../src/errors.ts';
import { Hold } from '../../src/hooks/hold.ts';
import { RunSummary } from '../../src/hooks/run-summary.ts';
import { OPERATIONS } from '../../src/server/operations.ts';
import { MESSAGES } from '../../src/server/protocol/messages.ts';
import { SERVER_MESSAGES } from '../../src/server/protocol/server-messages.ts';
import { REST_ROUTES } from '../../src/server/rest-routes.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'protocol.md'), 'utf8');

/** What stands between two headings. */
function section(from: string, to: string): string {
  const start = text.indexOf(`\n${from}\n`);
  const end = text.indexOf(`\n${to}\n`);
  if (start < 0 || end < start) throw new Error(`docs/protocol.md has no section from ${from} to ${to}`);
  return text.slice(start, end);
}

function rows(part: string): { name: string; star: boolean; payload: string }[] {
  const found = part.matchAll(/^\| `([a-zA-Z:]+)`( \*)? \| (.*?) \|/gm);
  return [...found].map(([, name = '', star, payload = '']) => ({ name, star: star !== undefined, payload }));
}

describe('docs/protocol.md', () => {
  const client = rows(section('## Messages', '### What the server sends'));

  test('lists every message of a client, and marks those that change something', () => {
    const documented = Object.fromEntries(client.map(({ name, star }) => [name, star]));
    const actual = Object.fromEntries(Object.entries(MESSAGES).map(([name, { changes }]) => [name, changes]));
    expect(documented).toEqual(actual);
    expect(client).toHaveLength(Object.keys(MESSAGES).length);
  });

  test('names the members of every payload', () => {
    for (const { name, payload } of client) {
      const shape = MESSAGES[name as keyof typeof MESSAGES].payload.shape as Record<string, unknown>;
      const members = Object.keys(shape).filter((member) => member !== 'requestId');
      const documented = (/\{(.*?)\}/.exec(payload)?.[1] ?? '')
        .split(',')
        .flatMap((part) => /^\s*(\w+)/.exec(part)?.[1] ?? []);
      expect({ name, members: documented }).toEqual({ name, members: expect.arrayContaining(members) });
      expect({ name, count: documented.length }).toEqual({ name, count: members.length });
    }
  });

  test('marks exactly the messages that this version answers with UNAVAILABLE', async () => {
    const marked = [...text.matchAll(/^\| `(\S+)`.*\| not in this version: `UNAVAILABLE` \|$/gm)].map(
      ([, name]) => name,
    );
    const refused = [];
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      try {
        // Without an engine: what is there fails otherwise, or not at all.
        await (operation as (payload: object, context: object) => unknown)({}, {});
      } catch (error) {
        if (isHoldpointError(error, 'UNAVAILABLE')) refused.push(name);
      }
    }
    expect(marked.sort()).toEqual(refused.sort());
  });

  test('lists every message of the server', () => {
    const documented = rows(section('### What the server sends', '### Watching a run')).map(({ name }) => name);
    expect(documented).toEqual(Object.keys(SERVER_MESSAGES));
  });

  test('lists every request of REST', () => {
    const found = section('## REST', '## The journal').matchAll(/^\| `(GET|POST) (\S+)` \| `(\S+)` \|$/gm);
    const documented = [...found].map(([, method, path, message]) => ({ method, path, message }));
    expect(documented).toEqual(REST_ROUTES.map(({ method, path, message }) => ({ method, path, message })));
  });

  test('names every member of Hold and RunSummary', () => {
    const part = section('## Hold and RunSummary', '## REST');
    const missing = [...Object.keys(Hold.shape), ...Object.keys(RunSummary.shape)].filter(
      (member) => !new RegExp(`\`${member}\\b`).test(part),
    );
    expect(missing).toEqual([]);
  });

  test('names every type of event', () => {
    const part = text.slice(text.indexOf('\n## The journal\n'));
    const documented = [...part.matchAll(/`((?:run|task|model|action|hold|oversight|stop)\.[a-z-]+)`/g)].map(
      ([, type]) => type,
    );
    expect(new Set(documented)).toEqual(new Set(EVENT_TYPES));
  });
});
