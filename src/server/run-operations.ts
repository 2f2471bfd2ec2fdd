import { HoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { runNotFound } from '../journal/preconditions.ts';
import type { OperationContext, Operations } from './operation.ts';
import type { Payload } from './protocol/messages.ts';
import type { RUN_MESSAGES } from './protocol/run-messages.ts';

export const RUN_OPERATIONS: Operations<keyof typeof RUN_MESSAGES> = {
  'run:start': ({ crew, inputs }, { engine, identity, request }) =>
    engine.start(crew, inputs, { requestedBy: identity.user, request }),
  'run:cancel': ({ runId, reason }, { engine, identity, request }) =>
    engine.cancel(runId, reason, { actor: identity, request }),
  'runs:stopAll': async ({ reason, cancel }, { engine, identity, request }) => ({
    stopped: await engine.stopAll({ reason, cancel }, { actor: identity, request }),
  }),
  'runs:resumeAll': async ({ reason, keepParked }, { engine, identity, request }) => ({
    resumed: await engine.resumeAll({ reason, keepParked }, { actor: identity, request }),
  }),
  'runs:stop': async (_payload, { engine }) => ({ stop: await engine.stop() }),
  'run:change': async ({ runId }, { engine }) => {
    const { fingerprint, changes } = await engine.change(runId);
    return { fingerprint, changes: [...changes] };
  },
  'run:resume': ({ runId, fingerprint }, { engine, identity, request }) =>
    engine.acceptChange(runId, fingerprint, { actor: identity, request }),
  'run:fork': ({ runId, seq }, { engine, identity, request }) => engine.fork(runId, seq, { actor: identity, request }),
  'run:get': ({ runId }, { engine }) => engine.run(runId),
  'runs:list': async (query, { engine }) => {
    const { items, cursor } = await engine.runs(query);
    return { runs: items.map(withoutOutputs), cursor };
  },
  'run:state': ({ runId, seq }, { engine }) => engine.stateAt(runId, seq),
  'run:verify': ({ runId }, { engine }) => engine.verify(runId),
  'run:events': async ({ runId, after = 0, limit = 200 }, context) => {
    const lastSeq = await lastSeqOf(runId, context);
    return { events: await context.engine.journal.read(runId, { after, limit }), lastSeq };
  },
  'run:watch': async ({ runId, after = 0 }, context) => {
    const lastSeq = await lastSeqOf(runId, context);
    watchingOf(context).watch(runId, after);
    return { runId, lastSeq };
  },
  'run:unwatch': ({ runId }, context) => {
    watchingOf(context).unwatch(runId);
    return { runId };
  },
  'crews:list': (_payload, { engine }) => ({ crews: [...engine.crews()] }),
};

function withoutOutputs({ outputs: _outputs, ...summary }: RunSummary): RunSummary {
  return summary;
}

async function lastSeqOf(runId: Payload<'run:get'>['runId'], { engine }: OperationContext): Promise<number> {
  const { seq } = await engine.journal.head(runId);
  if (seq > 0) return seq;
  throw runNotFound(runId);
}

function watchingOf({ watching }: OperationContext): NonNullable<OperationContext['watching']> {
  if (watching) return watching;
  throw new HoldpointError(
    'BAD_REQUEST',
    'Only a socket can watch a run. Over REST, read its events after the last you have.',
  );
}
