/** What holds Holdpoint's promises, each with how to take it out and the test that must fail then. */
export interface Mechanism {
  readonly name: string;
  readonly file: string;
  /** Text of the file, exactly once in it, and what stands there when the mechanism is gone. */
  readonly from: string;
  readonly to: string;
  readonly test: string;
  /** Of that file, the tests whose names contain this. */
  readonly named: string;
}

export const MECHANISMS: readonly Mechanism[] = [
  {
    name: 'every commit is synced (`synchronous = FULL`)',
    file: 'src/journal/sqlite-open.ts',
    from: "db.pragma('synchronous = FULL');",
    to: "db.pragma('synchronous = NORMAL');",
    test: 'test/faults/power-cut.test.ts',
    named: 'R2',
  },
  {
    name: 'an append compares the head (compare-and-set on seq)',
    file: 'src/journal/preconditions.ts',
    from: 'current.head.seq !== head.seq || current.head.hash !== head.hash',
    to: 'current.head.seq < 0',
    test: 'test/simulator/simulator.test.ts',
    named: 'R17',
  },
  {
    name: "an append compares the owner's epoch",
    file: 'src/journal/preconditions.ts',
    from: 'current.epoch !== epoch',
    to: 'current.epoch < 0',
    test: 'test/journal/memory-journal.test.ts',
    named: '',
  },
  {
    name: 'a frozen owner checks its epoch before an effect',
    file: 'src/runner/owned-run.ts',
    from: 'row.epoch !== this.#epoch',
    to: 'row.epoch < 0',
    test: 'test/runner/thawed-owner.test.ts',
    named: '',
  },
  {
    name: 'a start is durable before its effect begins',
    file: 'src/runner/run-driver.ts',
    from: '        if (settled.drafts.length > 0) await this.#append(settled, {',
    to: `        for (const command of settled.effects) this.#inFlight.begin(settled.state, command);
        if (settled.drafts.length > 0) await this.#append(settled, {`,
    test: 'test/runner/journal-first.test.ts',
    named: 'is durable before',
  },
  {
    name: 'an action in doubt is asked about, not repeated',
    file: 'src/runner/take-up.ts',
    from: 'from === null ? [] : effectsInDoubt(run.state, crew, context.clock.now())',
    to: 'from === null ? [] : effectsInDoubt(run.state, crew, context.clock.now()).slice(0, 0)',
    test: 'test/faults/kill.test.ts',
    named: 'must not be repeated',
  },
  {
    name: 'what a silent owner had begun is asked about only after its timeout and grace',
    file: 'src/runner/in-doubt.ts',
    from: 'Math.max(0, endsBy - Date.parse(now))',
    to: 'Math.max(0, Date.parse(now) - endsBy)',
    test: 'test/runner/silent-owner.test.ts',
    named: '',
  },
  {
    name: 'a stop of everything is looked for before the first effect',
    file: 'src/runner/run-driver.ts',
    from: 'const parked = stop && this.#run.state && parkedBy',
    to: 'const parked = stop && stop.seq < 0 && this.#run.state && parkedBy',
    test: 'test/runner/stop-all.test.ts',
    named: 'the stop is durable first',
  },
  {
    name: 'while a stop stands nothing starts',
    file: 'src/runner/stops.ts',
    from: '  if (!stop) return;',
    to: '  if (!stop || stop.seq > 0) return;',
    test: 'test/faults/stop-everything.test.ts',
    named: 'S16',
  },
  {
    name: 'what a slow client has not taken is read again, not kept',
    file: 'src/server/run-watcher.ts',
    from: 'takes: () => !this.#stopped && !congested() }',
    to: 'takes: () => !this.#stopped }',
    test: 'test/server/run-watcher.test.ts',
    named: '',
  },
  {
    name: 'a request id is answered once',
    file: 'src/journal/sqlite-answers.ts',
    from: 'return row ? { by, id, content',
    to: 'return row && by === id ? { by, id, content',
    test: 'test/faults/sent-again.test.ts',
    named: 'R5',
  },
  {
    name: 'a decision names the digest of the open revision',
    file: 'src/hooks/decide.ts',
    from: 'if (request.digest !== hold.digest) throw stale(hold);',
    to: "if (request.digest === '') throw stale(hold);",
    test: 'test/faults/sent-again.test.ts',
    named: 'R6',
  },
  {
    name: 'a decided hold takes no second decision',
    file: 'src/hooks/decide.ts',
    from: "if (hold.status !== 'open') throw alreadyDecided(hold);",
    to: "if (hold.status === 'oversight') throw alreadyDecided(hold);",
    test: 'test/properties/decision-races.test.ts',
    named: 'one wins',
  },
  {
    name: 'the executor makes the digest again',
    file: 'src/runner/execute-action.ts',
    from: 'if (!mayRun(input.state, action, started)) {',
    to: 'if (!mayRun(input.state, action, started) && id.length === 0) {',
    test: 'test/runner/approved-digest.test.ts',
    named: 'changed in the store',
  },
  {
    name: 'a run rests only if nothing was appended meanwhile',
    file: 'src/journal/memory-journal.ts',
    from: 'if (stored.row.head.hash !== head) return false;',
    to: "if (stored.row.head.hash === '') return false;",
    test: 'test/runner/journal-first.test.ts',
    named: 'comes to rest',
  },
  {
    name: 'a store that refuses while a run comes to rest is waited for',
    file: 'src/runner/run-driver.ts',
    from: '      await this.#recover(error);\n      return false;',
    to: '      throw error;',
    test: 'test/runner/refusing-store.test.ts',
    named: 'rest',
  },
  {
    name: 'a moved clock is not believed',
    file: 'src/runner/guarded-clock.ts',
    from: 'Math.abs(at - expected) > MAX_MOVED_MS',
    to: 'Math.abs(at - expected) < 0',
    test: 'test/runner/moved-clock.test.ts',
    named: 'R10',
  },
  {
    name: 'the fingerprint of the crew is compared',
    file: 'src/runner/park.ts',
    from: 'if (state.fingerprint === crew.fingerprint || ',
    to: 'if (state.fingerprint !== undefined || ',
    test: 'test/runner/changed-crew.test.ts',
    named: 'R8',
  },
  {
    name: 'each event is chained to the one before it',
    file: 'src/journal/verify.ts',
    from: 'if (event.prev !== last.hash) return',
    to: 'if (event.prev === event.hash) return',
    test: 'test/faults/corruption.test.ts',
    named: 'S13: an event',
  },
  {
    name: 'a client that takes nothing is cut',
    file: 'src/server/watch-sockets.ts',
    from: 'if (now - since >= slowClientMs) socket.conn.close(true);',
    to: 'if (now - since < 0) socket.conn.close(true);',
    test: 'test/server/watch.test.ts',
    named: 'takes nothing',
  },
];
