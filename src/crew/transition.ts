import { type AnyActorScope, type AnyStateMachine, createActor, type EventFromLogic, type SnapshotFrom } from 'xstate';

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

/** The next snapshot, and the type of the first action that the step hands out; null: none. Runs nothing. */
export function transition<M extends AnyStateMachine>(
  machine: M,
  from: SnapshotFrom<M>,
  event: EventFromLogic<M>,
): [next: SnapshotFrom<M>, command: string | null] {
  let command: string | null = null;
  const actionExecutor: AnyActorScope['actionExecutor'] = ({ type }) => {
    command ??= type;
  };
  const next = machine.transition(from, event, { ...inert(machine).scope, actionExecutor });
  return [next as SnapshotFrom<M>, command];
}
