import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { replay } from '../../src/replay/replay.ts';
import { call } from '../../src/testing.ts';
import { answer, type DeskOptions, deferred, openDesk, person } from '../support/desk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const journal = () => openSqliteJournal({ path: join(folder.path, 'j.db') });
const agents = { a: { role: 'A', goal: 'A' } };
const two = defineCrew({
  name: 'two',
  agents,
  tasks: { first: { agent: 'a', description: 'F', confirm: 'after' }, second: { agent: 'a', description: 'S' } },
});
type Script = Parameters<typeof openDesk>[1];
const open = async (crew: Parameters<typeof openDesk>[0], script: Script, more: DeskOptions = {}) =>
  openDesk(crew, script, { ...more, journal: await journal() });

describe('after a restart', () => {
  test('a held run is as it was, and goes on when it is decided', async () => {
    const before = await open(two, [answer('one')]);
    const run = await before.startAndSettle();
    const hold = await before.only(run);
    await before.engine.close();
    await using after = await open(two, [answer('two')]);
    expect(await after.only(run)).toEqual(hold);
    await after.approve(hold);
    expect(await after.settled(run)).toMatchObject({ status: 'completed', outputs: { first: 'one', second: 'two' } });
    expect(after.model.requests).toHaveLength(1);
    await after.check(run);
  });

  test('a decision that was taken just before is carried out', async () => {
    const before = await open(two, [answer('one')]);
    const run = await before.startAndSettle();
    const hold = await before.only(run);
    const closing = before.approve(hold).then(() => before.engine.close());
    await closing;
    await using after = await open(two, [answer('two'), answer('two')]);
    expect((await after.engine.outcome(run)).status).toBe('completed');
    await after.check(run);
  });

  test('a model call that was in flight is made again, the finished ones are not', async () => {
    let asked = 0;
    const model = {
      type: 'model' as const,
      name: 'stuck',
      respond: async (_request: unknown, { signal }: { signal: AbortSignal }) => {
        if (++asked === 1)
          return {
            model: 'stuck',
            text: JSON.stringify(answer('one')),
            toolCalls: [],
            usage: { inputTokens: 1, outputTokens: 1 },
          };
        return new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    };
    const crew = defineCrew({
      name: 'two',
      agents,
      tasks: { first: { agent: 'a', description: 'F' }, second: { agent: 'a', description: 'S' } },
    });
    const before = await open(crew, [], { model });
    const run = await before.start();
    await expect.poll(() => asked).toBe(2);
    await before.engine.close();
    await using after = await open(crew, [answer('two')]);
    expect(await after.engine.outcome(run)).toMatchObject({
      status: 'completed',
      outputs: { first: 'one', second: 'two' },
    });
    expect(after.model.requests).toHaveLength(1);
    await after.check(run);
  });

  function payer(idempotent: boolean, execute: (key: string) => Promise<string> | string) {
    const pay = defineTool({
      name: 'pay',
      description: 'Pay',
      input: z.strictObject({}),
      tier: 'approval',
      idempotent,
      execute: (_input, { idempotencyKey }) => execute(idempotencyKey),
    });
    return defineCrew({
      name: 'payer',
      agents: { a: { role: 'A', goal: 'A', tools: [pay] } },
      tasks: { t: { agent: 'a', description: 'T' } },
    });
  }
  const never = () => deferred<string>().promise;
  const noting =
    <R>(keys: string[], result: () => R) =>
    (key: string): R => {
      keys.push(key);
      return result();
    };

  async function diedWhilePaying(idempotent: boolean, keys: string[]) {
    const before = await open(payer(idempotent, noting(keys, never)), [call('pay')]);
    const run = await before.startAndSettle();
    await before.approve(await before.only(run));
    await expect.poll(() => keys.length).toBe(1);
    await before.engine.close();
    return run;
  }

  test('an idempotent action in doubt is repeated under the same key, without a second approval', async () => {
    const keys: string[] = [];
    const run = await diedWhilePaying(true, keys);
    await using after = await open(
      payer(
        true,
        noting(keys, () => 'paid'),
      ),
      [answer('done')],
    );
    expect((await after.engine.outcome(run)).status).toBe('completed');
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(keys[0]);
    await after.check(run);
  });

  test('any other action in doubt is asked about, and not run', async () => {
    const keys: string[] = [];
    const run = await diedWhilePaying(false, keys);
    await using after = await open(
      payer(
        false,
        noting(keys, () => 'paid'),
      ),
      [answer('done')],
    );
    await expect.poll(async () => (await after.open(run)).length).toBe(1);
    const hold = await after.only(run);
    expect(hold).toMatchObject({ kind: 'escalation', reasons: [{ code: 'outcome-unknown' }], action: { tool: 'pay' } });
    expect(keys).toHaveLength(1);
    await after.respond(hold, { choice: 'use', value: 'paid by hand' });
    expect((await after.engine.outcome(run)).status).toBe('completed');
    expect(keys).toHaveLength(1);
    await after.check(run);
  });

  test('an action in doubt of a crew that changed is not repeated when the change is accepted', async () => {
    const keys: string[] = [];
    const run = await diedWhilePaying(false, keys);
    const pay = defineTool({
      name: 'pay',
      description: 'Pay now',
      input: z.strictObject({}),
      tier: 'approval',
      idempotent: true,
      execute: () => noting(keys, () => 'paid')('again'),
    });
    const changed = defineCrew({
      name: 'payer',
      agents: { a: { role: 'A', goal: 'A', tools: [pay] } },
      tasks: { t: { agent: 'a', description: 'T' } },
    });
    await using after = await open(changed, [answer('done')]);
    await expect.poll(async () => (await after.engine.run(run)).status).toBe('parked');
    await after.acceptChange(run);
    await expect.poll(async () => (await after.open(run)).length).toBe(1);
    expect(await after.only(run)).toMatchObject({ reasons: [{ code: 'outcome-unknown' }] });
    expect(keys).toHaveLength(1);
  });
});

describe('a changed crew', () => {
  const crewOf = (goal: string, tasks: 'two' | 'one' = 'two') =>
    defineCrew({
      name: 'two',
      agents: { a: { role: 'A', goal } },
      tasks: {
        first: { agent: 'a', description: 'F', confirm: 'after' },
        ...(tasks === 'two' ? { second: { agent: 'a', description: 'S' } } : {}),
      },
    });

  test('parks the run; accepting the change lets it go on', async () => {
    const before = await open(crewOf('A'), [answer('one')]);
    const run = await before.startAndSettle();
    await before.engine.close();
    await using after = await open(crewOf('B'), [answer('two')]);
    await after.approve(await after.only(run));
    await expect.poll(async () => (await after.engine.run(run)).status).toBe('parked');
    expect((await after.engine.change(run)).changes).toEqual(['/agents/a/goal changed: "A" → "B"']);
    expect((await after.eventsOfType(run, 'run.parked'))[0]?.data.changes).toHaveLength(1);
    const why = { code: 'CREW_CHANGED', message: expect.stringContaining('/agents/a/goal changed: "A" → "B"') };
    expect((await after.engine.run(run)).error).toEqual(why);
    expect((await after.acceptChange(run)).status).toBe('running');
    expect(await after.engine.outcome(run)).toMatchObject({
      status: 'completed',
      outputs: { first: 'one', second: 'two' },
    });
    await expect(after.acceptChange(run)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    // Compared from where it was accepted on.
    const events = await after.events(run);
    const { compared } = await replay(run, events, { crew: crewDefinition(crewOf('B')) });
    expect(compared).toBeGreaterThan(3);
    const third = replay(run, events, { crew: crewDefinition(crewOf('C')) });
    await expect(third).rejects.toMatchObject({ code: 'REPLAY_DIVERGED', details: { seq: 1 } });
  });

  test('that somebody cancels while it is accepted stays cancelled: an acceptance is decided anew', async () => {
    const before = await open(crewOf('A'), [answer('one')]);
    const run = await before.startAndSettle();
    await before.engine.close();
    const store = await journal();
    let quicker: (() => Promise<unknown>) | null = null;
    const slow = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          const first = name === 'amend' ? quicker : null;
          if (first) quicker = null;
          await first?.();
          return Reflect.apply(member, target, given);
        };
      },
    });
    await using after = await openDesk(crewOf('B'), [], { journal: slow, unrepeatable: true });
    await after.reject(await after.only(run));
    await expect.poll(async () => (await store.run(run))?.summary.status).toBe('parked');
    await expect.poll(async () => (await store.run(run))?.owner).toBeNull();
    quicker = () => after.engine.cancel(run, 'not needed', { actor: person('user:ben') });
    await expect(after.acceptChange(run)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await after.engine.outcome(run)).status).toBe('cancelled');
    await after.check(run);
  });

  test('that has lost a task which has begun cannot be accepted', async () => {
    const crew = defineCrew({
      name: 'two',
      agents,
      tasks: {
        begun: { agent: 'a', description: 'B', confirm: 'before' },
        other: { agent: 'a', description: 'O', context: [], confirm: 'after' },
      },
    });
    const before = await open(crew, { begun: [], other: [answer('o')] });
    const run = await before.startAndSettle();
    const holds = await before.open(run);
    await before.engine.close();
    const without = defineCrew({
      name: 'two',
      agents,
      tasks: { other: { agent: 'a', description: 'O', context: [], confirm: 'after' } },
    });
    await using after = await open(without, []);
    await after.approve(holds.find(({ task }) => task === 'other')!);
    await expect.poll(async () => (await after.engine.run(run)).status).toBe('parked');
    await expect(after.acceptChange(run)).rejects.toMatchObject({
      code: 'CREW_CHANGED',
    });
    expect((await after.engine.run(run)).status).toBe('parked');
  });

  test('a parked run does not pass the hold that it was on, and its holds may be decided meanwhile', async () => {
    const crew = (goal: string) =>
      defineCrew({
        name: 'watched',
        agents: { a: { role: 'A', goal } },
        tasks: { t: { agent: 'a', description: 'T' } },
        hooks: { beforeRun: () => ({ type: 'hold', reason: 'look' }) as const },
      });
    for (const early of [true, false]) {
      const before = await open(crew('A'), []);
      const run = await before.start();
      await before.settled(run);
      const hold = await before.only(run);
      await expect.poll(async () => (await before.journal.run(run))?.owner).toBeNull();
      // A wake without a decision, so that the next process takes the run and finds its crew changed.
      await before.journal.amend(run, null, (view) => ({
        events: [],
        payloads: [],
        summary: view.run.summary,
        holds: [],
        wake: true,
        answer: null,
      }));
      await before.engine.close();
      const after = await open(crew('B'), [answer('done')], { unrepeatable: true });
      await expect.poll(async () => (await after.engine.run(run)).status).toBe('parked');
      if (early) await after.respond(hold, { choice: 'retry' });
      expect((await after.engine.run(run)).status).toBe('parked');
      await after.acceptChange(run);
      if (!early) {
        await expect.poll(async () => (await after.engine.run(run)).status).toBe('held');
        expect(after.model.requests).toHaveLength(0);
        await after.respond(hold, { choice: 'retry' });
      }
      expect((await after.engine.outcome(run)).status).toBe('completed');
      await after.check(run);
      await after.engine.close();
    }
  });
});

describe('two engines on one file', () => {
  test('one drives; decisions and cancels through the other reach it', async () => {
    const one = await open(two, [answer('one'), answer('two')]);
    await using other = await open(two, []);
    const run = await one.startAndSettle();
    await other.approve(await other.only(run));
    await expect.poll(async () => (await other.engine.run(run)).status, { timeout: 5_000 }).not.toBe('held');
    await expect.poll(async () => ['completed', 'held'].includes((await other.engine.run(run)).status)).toBe(true);
    await one.engine.close();
    await other.check(run);
  });

  test('a cancel through the other aborts the model call of the one that drives', async () => {
    let aborted = false;
    const model = {
      type: 'model' as const,
      name: 'stuck',
      respond: (_request: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          }),
        ),
    };
    await using one = await open(two, [], { model });
    const other = await open(two, []);
    const run = await one.start();
    await other.engine.cancel(run, 'enough', { actor: person('user:ana') });
    await expect.poll(() => aborted, { timeout: 5_000 }).toBe(true);
    expect((await one.engine.outcome(run)).status).toBe('cancelled');
    await other.engine.close();
  });

  test('an owner that was taken over appends nothing more, and its late result is not recorded', async () => {
    const late = deferred<string>();
    let runs = 0;
    const slow = defineTool({
      name: 'slow',
      description: 'S',
      input: z.strictObject({}),
      tier: 'automatic',
      execute: () => {
        runs++;
        return late.promise;
      },
    });
    const crew = defineCrew({
      name: 'slow',
      agents: { a: { role: 'A', goal: 'A', tools: [slow] } },
      tasks: { t: { agent: 'a', description: 'T' } },
    });
    await using zombie = await open(crew, [call('slow'), answer('zombie')], { unrepeatable: true, sweepMs: 1_000_000 });
    const run = await zombie.start();
    await expect.poll(() => runs).toBe(1);
    // It looks dead to the other: it has left the list of nodes without letting go of its run.
    await zombie.journal.leave(zombie.engine.nodeId);
    await using heir = await open(crew, [answer('heir')]);
    await expect.poll(async () => (await heir.open(run)).length, { timeout: 5_000 }).toBe(1);
    const hold = await heir.only(run);
    expect(hold).toMatchObject({ reasons: [{ code: 'outcome-unknown' }] });
    late.resolve('too late');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await heir.respond(hold, { choice: 'skip' });
    expect(await heir.engine.outcome(run)).toMatchObject({ status: 'completed', outputs: { t: 'heir' } });
    expect(await heir.types(run)).not.toContain('action.succeeded');
    expect(zombie.model.requests).toHaveLength(1);
  });
});

describe('large values', () => {
  test('go through payloads, replay, and come back whole', async () => {
    const big = 'x'.repeat(300 * 1024);
    const read = defineTool({
      name: 'read',
      description: 'R',
      input: z.strictObject({}),
      tier: 'automatic',
      execute: () => big,
    });
    const crew = defineCrew({
      name: 'large',
      inputs: z.strictObject({ text: z.string() }),
      agents: { a: { role: 'A', goal: 'A', tools: [read] } },
      tasks: { first: { agent: 'a', description: 'F', confirm: 'after' }, second: { agent: 'a', description: 'S' } },
    });
    const before = await open(crew, [call('read'), answer(`${big}y`)]);
    const run = await before.start({ text: `${big}z` });
    await before.settled(run);
    await before.engine.close();
    await using after = await open(crew, [answer('end')]);
    const hold = await after.only(run);
    expect(hold.proposal).toBe(`${big}y`);
    await after.modify(hold, `${big}w`);
    const end = await after.engine.outcome(run);
    expect(end.outputs).toEqual({ first: `${big}w`, second: 'end' });
    const lines = await after.journal.read(run);
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(256 * 1024);
    expect(await after.engine.verify(run)).toMatchObject({ ok: true });
    await after.check(run);
  });
});
