import type { Draft, RunEvent, RunEventOf } from '../crew/events.ts';
import type { RunState } from '../crew/run-state.ts';
import { digestOfHold, effectiveDigest } from '../hooks/decide.ts';
import { holdDigest } from '../hooks/hold-digest.ts';
import { type ActionId, actionIdOf, type HoldId, holdIdOf, type RunId } from '../ids.ts';
import { digestOf } from '../json/digest.ts';

/**
 * Events of one run as events of another: holds and actions get ids of the new run, and every digest that names one is made
 * anew over the same content. Models' answers, outputs and decisions stay as they are.
 */
export class ForkCopy {
  readonly #to: RunId;
  readonly #holds = new Map<HoldId, HoldId>();
  readonly #actions = new Map<ActionId, ActionId>();
  readonly #digests = new Map<string, string>();

  constructor(to: RunId) {
    this.#to = to;
  }

  /** The event as it would be after `state`, the new run's so far. */
  copy(event: RunEvent, state: RunState): Draft {
    const { type, by, data } = event;
    if (type.startsWith('hold.')) return { type, by, data: this.#ofHold(event, state) } as Draft;
    switch (type) {
      case 'action.proposed':
      case 'action.refused':
        return {
          type,
          by,
          data: { ...data, ...this.#refs(data), actionId: this.#actionId(data.actionId, state) },
        } as Draft;
      case 'action.started':
        return { type, by, data: this.#start(event, state) };
      case 'action.succeeded':
        // What the other run did, the other run undoes.
        return { type, by, data: { ...data, actionId: this.#actionId(data.actionId, state), undoUntil: null } };
      case 'action.failed':
      case 'action.undo-started':
      case 'action.undone':
      case 'action.undo-failed':
      case 'action.audited':
        return { type, by, data: { ...data, actionId: this.#actionId(data.actionId, state) } } as Draft;
      default:
        return { type, by, data: { ...data, ...this.#refs(data) } } as Draft;
    }
  }

  #refs(data: object): { holdId?: HoldId | null } {
    const { holdId = null } = data as { holdId?: HoldId | null };
    return Object.hasOwn(data, 'holdId') ? { holdId: holdId && this.#holdId(holdId) } : {};
  }

  #start({ data }: RunEventOf<'action.started'>, state: RunState): RunEventOf<'action.started'>['data'] {
    const { tool, input, holdId } = data;
    const actionId = this.#actionId(data.actionId, state);
    const approved = state.actions.get(actionId)?.approvedDigest ?? null;
    const digest = approved ?? digestOf({ actionId, tool, proposal: { tool, input } });
    return { ...data, actionId, digest, holdId: holdId && this.#holdId(holdId) };
  }

  #ofHold(event: RunEvent, state: RunState): object {
    if (event.type === 'hold.opened') return this.#opening(event, state);
    const data = event.data as { holdId: HoldId };
    const holdId = this.#holdId(data.holdId);
    const hold = state.holds.get(holdId);
    if (!hold) throw new RangeError(`The fork has no hold ${holdId}`);
    switch (event.type) {
      case 'hold.voted':
        return { ...event.data, holdId, digest: hold.digest };
      case 'hold.revised':
        return {
          ...event.data,
          holdId,
          digest: this.#known(event.data.digest, digestOfHold(hold, event.data.revision, event.data.proposal)),
        };
      case 'hold.decided': {
        const { verdict, value } = event.data;
        const effective = effectiveDigest(hold, verdict, value);
        return { ...event.data, holdId, digest: hold.digest, effectiveDigest: effective };
      }
      default:
        return { ...data, holdId };
    }
  }

  #opening({ data }: RunEventOf<'hold.opened'>, state: RunState): RunEventOf<'hold.opened'>['data'] {
    const { revision, kind, action, proposal, previous } = data;
    const id = holdIdOf(this.#to, state.holdCount + 1);
    this.#holds.set(data.id, id);
    const digest = holdDigest({ holdId: id, revision, kind, tool: action?.tool ?? null, proposal });
    return {
      ...data,
      id,
      digest: this.#known(data.digest, digest),
      previous: previous && { ...previous, digest: this.#digests.get(previous.digest) ?? previous.digest },
      action: action && { ...action, id: this.#actionId(action.id, state) },
    };
  }

  #known(from: string, to: string): string {
    this.#digests.set(from, to);
    return to;
  }

  #holdId(from: HoldId): HoldId {
    const to = this.#holds.get(from);
    if (!to) throw new RangeError(`The fork has no copy of hold ${from}`);
    return to;
  }

  /** A new action's number follows the last one's. */
  #actionId(from: ActionId, state: RunState): ActionId {
    const to = this.#actions.get(from) ?? actionIdOf(this.#to, state.actionCount + 1);
    this.#actions.set(from, to);
    return to;
  }
}
