import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { issuesText } from '../crew/config-issue.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { admitRun } from '../crew/derive/end-run.ts';
import { checkValue } from '../crew/derive/interpret-answer.ts';
import { type Draft, draft, MACHINES_VERSION } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { type RunnerContext, timeLimitOf } from './context.ts';
import type { Drivers } from './drivers.ts';
import type { StartOptions } from './engine.ts';
import { RunDriver } from './run-driver.ts';
import { place } from './settle.ts';
import { answeredOrFree } from './stops.ts';

/** Starts a run. Resolves when its start is durable; a request answered before gives the run that it started then.
 *  @throws `CREW_NOT_FOUND`, `INPUT_INVALID`, `STOPPED` */
export async function startRun(
  context: RunnerContext,
  drivers: Drivers,
  name: string,
  inputs: Json,
  options: StartOptions,
): Promise<RunSummary> {
  const crew = requireCrew(context, name);
  const request = options.request ? { by: options.requestedBy, ...options.request } : null;
  const before = await answeredOrFree(context, request);
  if (before) return before as RunSummary;
  const parsed = await checkInputs(context, crew, inputs);
  const runId = `run_${uuid().replaceAll('-', '')}` as RunId;
  const now = context.clock.now();
  const driver = new RunDriver(context, crew, { runId, epoch: 1, run: null });
  const started = draft('run.started', startOf(crew, parsed, options.requestedBy), options.requestedBy);
  const admitted = await admit(context, { crew, runId, now }, started);
  const answer = request && ((state: RunState) => ({ ...request, answer: summaryOf(state) as unknown as Json }));
  const seat = drivers.reserve(name);
  try {
    const state = await driver.begin([started, ...admitted], now, answer, { drives: seat !== null });
    if (seat) drivers.drive(driver, name);
    else drivers.lookSoon();
    return summaryOf(state);
  } catch (error) {
    const raced = request && isHoldpointError(error, 'SEQ_CONFLICT') ? await context.journal.answered(request) : null;
    if (raced) return raced as RunSummary;
    throw error;
  } finally {
    seat?.();
  }
}

/** What the crew's `beforeRun` hook says, recorded together with the start. */
async function admit(
  context: RunnerContext,
  { crew, runId, now }: { crew: CrewDefinition; runId: RunId; now: string },
  started: Draft,
): Promise<Draft[]> {
  const state = fold(null, runId, place(started, 1, now));
  return admitRun({ state, crew, now, signal: new AbortController().signal, timeLimit: timeLimitOf(context) });
}

function startOf({ name, config, fingerprint, modules }: CrewDefinition, inputs: Json, requestedBy: string) {
  return {
    crew: name,
    fingerprint,
    config,
    modules: modules ?? null,
    machines: MACHINES_VERSION,
    inputs,
    requestedBy,
    forkedFrom: null,
  };
}

export function requireCrew({ crews }: Pick<RunnerContext, 'crews'>, name: string): CrewDefinition {
  const crew = crews.get(name);
  if (crew) return crew;
  const known = [...crews.keys()].join(', ') || 'none';
  throw new HoldpointError('CREW_NOT_FOUND', `There is no crew "${name}" here. Loaded: ${known}.`);
}

async function checkInputs(
  context: RunnerContext,
  { name, inputs: schema }: CrewDefinition,
  inputs: Json,
): Promise<Json> {
  const checked = await checkValue(schema ?? z.strictObject({}), inputs, timeLimitOf(context));
  if (checked.ok) return checked.value;
  const { issues } = checked;
  throw new HoldpointError('INPUT_INVALID', `The inputs do not fit the crew "${name}": ${issuesText(issues)}`, {
    details: { issues },
  });
}
