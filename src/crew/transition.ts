import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventFromLogic,
  type SnapshotFrom,
} from 'xstate';

/**
 * XState's pure `initialTransition()` and `transition()`, without the actor that they build for every call: it computes the
 * initial state anew and costs more than the step itself. Machines that neither invoke nor spawn never look at it, so one
 * serves all calls. `test/crew/transition.test.ts` holds both against each other.
 */
interface Inert {
  readonly initial: unknown;
  readonly scope: AnyActorScope;
}

const NOTHING = () => undefined;
const inertOf = new WeakMap<AnyStateMachine, Inert>();

function inert(machine: AnyStateMachine): Inert {
  const known = inertOf.get(machine);
  if (known) return known;
  const self = createActor(machine);
  const scope: AnyActorScope = {
    self,
    id: '',
    sessionId: '',
    system: self.system,
    logger: NOTHING,
    defer: NOTHING,
    emit: NOTHING,
    stopChild: NOTHING,
    actionExecutor: NOTHING,
  };
  const made = { scope, initial: machine.getInitialSnapshot(scope) };
  inertOf.set(machine, made);
  return made;
}

/** The snapshot that a machine begins with. Snapshots are values: all that begin share it. */
export function initialSnapshot<M extends AnyStateMachine>(machine: M): SnapshotFrom<M> {
  return inert(machine).initial as SnapshotFrom<M>;
}

/** What a machine makes of an event: its next snapshot, and the type of the first action that the step hands out; null: none. */
export type Step<M extends AnyStateMachine> = readonly [next: SnapshotFrom<M>, command: string | null];

/** Known steps of a machine; by snapshot, then by event. Machines are pure and small, so runs take the same few steps. */
interface Known {
  readonly steps: WeakMap<object, Map<string, Step<AnyStateMachine> | null>>;
  /** By what it says: runs that came to the same place by different ways share the snapshot, and so its steps. */
  readonly snapshots: Map<string, SnapshotFrom<AnyStateMachine>>;
}

/** So many snapshots of a machine are kept; then it begins anew, so that no run's attempts and steps are kept for good. */
const MOST_SNAPSHOTS = 4_096;
const knownOf = new WeakMap<AnyStateMachine, Known>();

/** The step that a machine takes from a snapshot, worked out once; null where the event is not allowed. Runs nothing. */
export function transition<M extends AnyStateMachine>(
  machine: M,
  from: SnapshotFrom<M>,
  event: EventFromLogic<M>,
): Step<M> | null {
  const known = knownSteps(machine);
  let steps = known.steps.get(from as object);
  if (!steps) {
    steps = new Map();
    known.steps.set(from as object, steps);
  }
  const key = JSON.stringify(event);
  const before = steps.get(key);
  if (before !== undefined) return before as Step<M> | null;
  const step = (from as AnyMachineSnapshot).can(event) ? takeStep(machine, from, event, known) : null;
  steps.set(key, step as Step<AnyStateMachine> | null);
  return step;
}

function knownSteps(machine: AnyStateMachine): Known {
  const known = knownOf.get(machine);
  if (known && known.snapshots.size < MOST_SNAPSHOTS) return known;
  const fresh: Known = { steps: new WeakMap(), snapshots: new Map() };
  knownOf.set(machine, fresh);
  return fresh;
}

function takeStep<M extends AnyStateMachine>(
  machine: M,
  from: SnapshotFrom<M>,
  event: EventFromLogic<M>,
  { snapshots }: Known,
): Step<M> {
  let command: string | null = null;
  const actionExecutor: AnyActorScope['actionExecutor'] = ({ type }) => {
    command ??= type;
  };
  const next = machine.transition(from, event, { ...inert(machine).scope, actionExecutor });
  const said = JSON.stringify([next.value, next.context, next.status]);
  const shared = snapshots.get(said) ?? next;
  snapshots.set(said, shared);
  return [shared as SnapshotFrom<M>, command];
}
