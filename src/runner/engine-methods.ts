import { isEnded } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { acceptChange, changeOf } from './accept-change.ts';
import { auditAction, undoAction } from './act-on-action.ts';
import { cancelRun } from './cancel-run.ts';
import type { RunnerContext } from './context.ts';
import { claimHold, commentHold, decideHold, releaseHold } from './decisions.ts';
import type { Drivers } from './drivers.ts';
import type { Engine } from './engine.ts';
import { forkRun } from './fork-run.ts';
import type { Oversight } from './oversight.ts';
import { readHold, readRun, readState, verifyRun } from './read-engine.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import type { RunWaiters } from './run-waiters.ts';
import { startRun } from './start-run.ts';
import { resumeAll, stopAll } from './stop-all.ts';

interface Given {
  readonly context: RunnerContext;
  readonly drivers: Drivers;
  readonly oversight: Oversight;
  readonly waiters: RunWaiters;
  /** Whether a fork is driven here unless its caller says otherwise. */
  readonly drives: boolean;
}

/** What an engine can be asked for; each is a file of its own. */
export function engineMethods({ context, drivers, oversight, waiters, drives }: Given) {
  return {
    ...runMethods(context, drivers, drives),
    ...stopMethods(context, drivers),
    ...holdMethods(context),
    ...oversightMethods(context, oversight),
    ...readingMethods(context.journal),
    ...waitingMethods(waiters),
  };
}

function runMethods(
  context: RunnerContext,
  drivers: Drivers,
  drive: boolean,
): Pick<Engine, 'start' | 'fork' | 'cancel' | 'change' | 'acceptChange'> {
  return {
    start: (crew, inputs, given) => startRun(context, drivers, crew, inputs, given),
    fork: (runId, seq, given) => forkRun(context, drivers, { runId, seq }, { drive, ...given }),
    cancel: (runId, reason, given) => cancelRun(context, runId, reason, given),
    change: (runId) => changeOf(context, runId),
    acceptChange: (runId, fingerprint, given) => acceptChange(context, runId, fingerprint, given),
  };
}

function readingMethods(journal: Journal): Pick<Engine, 'run' | 'runs' | 'stateAt' | 'verify'> {
  return {
    run: (runId) => readRun(journal, runId),
    runs: (query) => journal.runs(query),
    stateAt: (runId, seq) => readState(journal, runId, seq),
    verify: (runId) => verifyRun(journal, runId),
  };
}

function stopMethods(context: RunnerContext, drivers: Drivers): Pick<Engine, 'stopAll' | 'resumeAll' | 'stop'> {
  // With many runs they take longer than a client waits before it sends its message again.
  const underWay = new RequestsUnderWay<RunId[]>();
  return {
    stopAll: (request, given) =>
      underWay.join(given, () => stopAll(context, request, given).finally(() => drivers.lookAgain())),
    resumeAll: (request, given) => underWay.join(given, () => resumeAll(context, request, given)),
    stop: () => context.stops.standing(),
  };
}

function holdMethods(context: RunnerContext): Pick<Engine, 'decide' | 'claim' | 'release' | 'comment' | 'hold'> {
  return {
    decide: (holdId, request, given) => decideHold(context, holdId, request, given),
    claim: (holdId, request, given) => claimHold(context, holdId, request, given),
    release: (holdId, given) => releaseHold(context, holdId, given),
    comment: (holdId, text, given) => commentHold(context, holdId, text, given),
    hold: (holdId, reviewer) => readHold(context.journal, holdId, reviewer),
  };
}

function waitingMethods(waiters: RunWaiters): Pick<Engine, 'settled' | 'outcome'> {
  return {
    settled: (runId, given) => waiters.until(runId, (status) => status !== 'running', given),
    outcome: (runId, given) => waiters.until(runId, isEnded, given),
  };
}

function oversightMethods(
  context: RunnerContext,
  oversight: Oversight,
): Pick<Engine, 'undo' | 'audit' | 'oversight' | 'sign' | 'demote'> {
  /** Whoever reports what was wrong is answered once its consequences are durable too. */
  const found = async <T>(recording: Promise<T>): Promise<T> => {
    const recorded = await recording;
    await oversight.demoteWhereDue();
    return recorded;
  };
  return {
    undo: (runId, actionId, reason, given) => found(undoAction(context, runId, actionId, reason, given)),
    audit: (runId, actionId, finding, given) => found(auditAction(context, runId, actionId, finding, given)),
    oversight: () => oversight.rows(),
    sign: (key, level, reason, given) => oversight.sign(key, level, reason, given),
    demote: (key, level, reason, given) => oversight.demote(key, level, reason, given),
  };
}
