import { type Draft, draft, SYSTEM } from '../crew/events.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import { type Level, levelBelow } from '../hooks/graduation/level.ts';
import { SYSTEM_JOURNAL } from '../ids.ts';
import { seal } from '../journal/envelope.ts';
import { inTurns } from '../journal/in-turns.ts';
import type { Journal, Request } from '../journal/journal.ts';
import { type Graduation, type OversightRow, ownLevel, tableSteps } from '../replay/record/oversight-table.ts';
import type { RunnerContext, RunnerLog } from './context.ts';
import type { ActOptions, LevelChange } from './engine.ts';
import { LevelReader } from './level-reader.ts';
import { RecordReader } from './record-reader.ts';

type Graduating = OversightRow & { readonly graduation: Graduation };

/** The record of oversight, and the levels that people sign for on it. Every change is an event of the journal `system`. */
export class Oversight {
  readonly #context: RunnerContext;
  readonly #records: RecordReader;
  #isCaughtUp = false;

  constructor(context: RunnerContext) {
    this.#context = context;
    this.#records = new RecordReader(context.journal, context.log);
  }

  async rows(): Promise<OversightRow[]> {
    return (await this.#look()).rows;
  }

  /**
   * Signs for the next level of an action type, in the name of the person who does.
   * @throws {HoldpointError} `ACTION_NOT_FOUND` if there is no such type; `FORBIDDEN` if the person has no name; `REASON_REQUIRED`;
   *   `DECISION_NOT_ALLOWED` if the record does not allow it: details say what is missing.
   */
  async sign(key: string, level: Level, reason: string, { actor, request }: ActOptions): Promise<LevelChange> {
    if (!actor.user.startsWith('user:'))
      throw new HoldpointError(
        'FORBIDDEN',
        `A level is signed for by a named person; ${actor.user} has no token that says who they are. Sign through the server, with your token.`,
      );
    requireReason(reason, 'sign for a level');
    const asked = request ? { by: actor.user, ...request } : null;
    return this.#record(asked, (rows) => {
      const { graduation } = graduating(rows, key);
      checkPromotable(key, level, graduation);
      const { clean, bad, names, days } = graduation.evidence;
      const evidence = {
        clean,
        bad,
        points: graduation.points,
        upperBound: graduation.upperBound,
        reviewers: [...names],
        days,
      };
      return { event: draft('oversight.signed', { key, level, reason, evidence }, actor.user), level };
    });
  }

  /**
   * Takes a level back; `level` null is the tool's own tier. Whoever may decide may do this: it only adds oversight.
   * @throws {HoldpointError} `ACTION_NOT_FOUND`, `REASON_REQUIRED`; `DECISION_NOT_ALLOWED` if the type is not above that level.
   */
  async demote(key: string, level: Level | null, reason: string, { actor, request }: ActOptions): Promise<LevelChange> {
    requireReason(reason, 'take a level back');
    const asked = request ? { by: actor.user, ...request } : null;
    return this.#record(asked, (rows) => {
      const row = graduating(rows, key);
      const left = level === null ? null : checkBelow(row, level);
      if (!row.graduation.signed || row.graduation.level === ownLevel(row.own ?? 'computed'))
        throw notAllowed(`${key} has no level to take back: its tool's own tier holds.`);
      return {
        event: draft('oversight.demoted', { key, level: left, cause: 'person', reason }, actor.user),
        level: left,
      };
    });
  }

  /** Takes back what the record no longer carries: at once after a critical finding, one level where bad items come too often. */
  async demoteWhereDue(): Promise<void> {
    if ((await this.#context.levels.current()).size === 0) return;
    for (const { key } of (await this.rows()).filter(isDue)) {
      const { level } = await this.#record(null, (rows) => {
        const row = graduating(rows, key);
        const { demote: cause, level: from, evidence } = row.graduation;
        // Another node was faster.
        if (cause === null) return { event: null, level: from };
        const left = cause === 'critical' ? null : levelBelow(from, ownLevel(row.own ?? 'computed'));
        const reason =
          cause === 'critical'
            ? 'A critical finding: the level is taken back at once.'
            : `Bad items come too often: the sum of ${evidence.cusum.toFixed(1)} passed its limit.`;
        return { event: draft('oversight.demoted', { key, level: left, cause, reason }, SYSTEM), level: left };
      });
      this.#context.log.warn({ key, level }, 'an action type was demoted');
    }
  }

  /** Once after opening: a process may have ended between a finding and what it leads to. */
  async catchUp(): Promise<void> {
    if (this.#isCaughtUp) return;
    await this.demoteWhereDue();
    this.#isCaughtUp = true;
  }

  async #look() {
    const records = await this.#records.all();
    const history = await this.#context.levels.history();
    const rows = await inTurns(tableSteps(records, history, this.#context.clock.now()));
    return { rows, seq: history.length };
  }

  /** Decides on the record as it is, and appends only if no level changed meanwhile. */
  async #record(
    request: Request | null,
    decide: (rows: readonly OversightRow[]) => { readonly event: Draft | null; readonly level: Level | null },
  ): Promise<LevelChange> {
    const { journal, clock, salt } = this.#context;
    const before = request && (await journal.answered(request));
    if (before) return before as unknown as LevelChange;
    for (let tries = 1; ; tries++) {
      const { rows, seq } = await this.#look();
      const { event, level } = decide(rows);
      try {
        const { answer } = await journal.amendSystem<{ level: Level | null; recordedSeq: number }>(request, (head) => {
          if (head.seq !== seq) throw new HoldpointError('SEQ_CONFLICT', 'A level changed meanwhile. Send it again.');
          const events = event ? seal(SYSTEM_JOURNAL, head, [event], { at: clock.now(), salt }) : [];
          return { events, answer: { level, recordedSeq: seq + events.length } };
        });
        // From now on, for the runs of this node; others see it at their next look.
        await this.#context.levels.current();
        return answer;
      } catch (error) {
        if (!isHoldpointError(error, 'SEQ_CONFLICT') || tries >= 20) throw error;
      }
    }
  }
}

/** The table for somebody who only reads the journal. */
export async function readOversight(journal: Journal, log: RunnerLog, now: string): Promise<OversightRow[]> {
  const records = await new RecordReader(journal, log).all();
  return inTurns(tableSteps(records, await new LevelReader(journal).history(), now));
}

function isDue({ graduation }: OversightRow): boolean {
  return graduation !== null && graduation.demote !== null;
}

function graduating(rows: readonly OversightRow[], key: string): Graduating {
  const row = rows.find((candidate) => candidate.key === key);
  if (!row)
    throw new HoldpointError('ACTION_NOT_FOUND', `There is no action type ${key}. \`holdpoint oversight\` lists them.`);
  const { graduation } = row;
  if (!graduation)
    throw notAllowed(`${key} never graduates: ${row.kind === 'task' ? 'it is a task' : 'only people do it'}.`);
  return { ...row, graduation };
}

function checkPromotable(key: string, level: Level, { next, promotable, missing, level: from }: Graduation): void {
  if (level !== next) {
    const can = next === null ? 'there is no further level' : `the next level is \`${next}\``;
    throw notAllowed(`${key} is \`${from}\` and cannot become \`${level}\`: ${can}.`);
  }
  if (!promotable)
    throw notAllowed(`The record of ${key} is not enough for \`${level}\`. Missing: ${missing.join(' ')}`, { missing });
}

function checkBelow({ key, own, graduation }: Graduating, level: Level): Level | null {
  const from = graduation.level;
  for (
    let below = levelBelow(from, ownLevel(own ?? 'computed'));
    below !== null;
    below = levelBelow(below, ownLevel(own ?? 'computed'))
  )
    if (below === level) return below;
  if (level === ownLevel(own ?? 'computed') && level !== from) return null;
  throw notAllowed(`${key} is \`${from}\`; it cannot be demoted to \`${level}\`.`);
}

function requireReason(reason: string, what: string): void {
  if (reason.trim() === '') throw new HoldpointError('REASON_REQUIRED', `To ${what}, say why: send a \`reason\`.`);
}

function notAllowed(message: string, details?: object): HoldpointError {
  return new HoldpointError('DECISION_NOT_ALLOWED', message, details ? { details } : {});
}
