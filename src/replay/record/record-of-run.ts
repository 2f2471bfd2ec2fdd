import { actionTypeOf } from '../../crew/action-type.ts';
import type { CrewConfigData } from '../../crew/crew-config.ts';
import type { EventData, RunEvent, RunEventOf } from '../../crew/events.ts';
import type { HoldId, RunId } from '../../ids.ts';
import { changedPaths, isMaterial } from './material-change.ts';
import type { Look, RecordedType, RunRecord, Subject } from './subject.ts';

/**
 * What people saw of a run and said of it, from its journal alone. Events whose data were erased may be missing; a prefix
 * that a fork was given counts where it happened, in the run it was forked from.
 */
export function recordOfRun(runId: RunId, events: readonly RunEvent[]): RunRecord {
  const reader = new RunReader(runId);
  for (const event of events) reader.read(event);
  return { runId, types: [...reader.types.values()], subjects: [...reader.subjects.values()] };
}

interface OpenHold {
  readonly subject: Subject['id'];
  readonly ofCall: boolean;
  readonly openedAt: string;
  readonly revised: Pick<Look, 'material' | 'changed'> | null;
}

class RunReader {
  readonly types = new Map<string, RecordedType>();
  readonly subjects = new Map<Subject['id'], Subject>();
  readonly #runId: RunId;
  readonly #models = new Map<string, string>();
  readonly #holds = new Map<HoldId, OpenHold>();
  #config: CrewConfigData | null = null;
  #inherited = 0;

  constructor(runId: RunId) {
    this.#runId = runId;
  }

  read(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#config = event.data.config;
        this.#inherited = event.data.forkedFrom?.copied ?? 0;
        break;
      case 'run.resumed':
        this.#config = event.data.config;
        break;
      case 'model.responded':
        this.#models.set(event.data.task, event.data.answer.model);
        break;
      case 'action.proposed':
        this.#propose(event);
        break;
      case 'action.started':
        this.#amend(event.data.actionId, () => ({ ran: true }));
        break;
      default:
        if (event.seq > this.#inherited) this.#hear(event);
    }
  }

  /** What somebody said. */
  #hear(event: RunEvent): void {
    const { by, at } = event;
    switch (event.type) {
      case 'hold.opened':
        this.#open(event);
        break;
      case 'hold.revised':
        this.#revise(event.data);
        break;
      case 'hold.decided':
        this.#decide(event);
        break;
      case 'hold.expired':
        this.#amend(this.#holds.get(event.data.holdId)?.subject, ({ expired }) => ({ expired: expired + 1 }));
        break;
      case 'action.undo-started':
        this.#amend(event.data.actionId, () => ({ undone: { by, at, reason: event.data.reason } }));
        break;
      case 'action.audited': {
        const { actionId, finding, reason } = event.data;
        this.#amend(actionId, ({ audits }) => ({ audits: [...audits, { finding, by, at, reason }] }));
      }
    }
  }

  #propose({ data, at, seq }: RunEventOf<'action.proposed'>): void {
    const { task, tool, actionId } = data;
    const config = this.#config;
    const model = this.#models.get(task);
    const type = config && model !== undefined ? actionTypeOf(config, { task, tool, model }) : null;
    if (!config || !type) return;
    const { tier: own = null, reversible = false } = config.tools[tool] ?? {};
    const raisedTo = config.tasks[task]?.tools.find(({ name }) => name === tool)?.raiseTo ?? null;
    this.types.set(type.key, { ...type, kind: 'action', task: null, own, raisedTo, reversible });
    this.#add({
      key: type.key,
      id: actionId,
      agent: config.tasks[task]?.agent ?? null,
      tier: data.tier,
      level: data.level ?? null,
      spotCheck: seq > this.#inherited && data.spotCheck === true,
      proposedAt: at,
      proposal: data.input,
    });
  }

  #open({ data, at }: RunEventOf<'hold.opened'>): void {
    const { id, kind, task, agent, action, proposal } = data;
    const hold = { openedAt: at, revised: null };
    if (kind === 'action' || kind === 'human') {
      if (action) this.#holds.set(id, { ...hold, subject: action.id, ofCall: true });
      return;
    }
    if ((kind !== 'after' && kind !== 'before') || task === null || !this.#config) return;
    const key = `${this.#config.name}/${task}`;
    const blank = { tool: null, model: null, schema: null, policy: null, own: null, raisedTo: null };
    this.types.set(key, { ...blank, key, kind: 'task', crew: this.#config.name, task, reversible: false });
    this.#holds.set(id, { ...hold, subject: id, ofCall: false });
    this.#add({ key, id, agent, tier: null, level: null, spotCheck: false, proposedAt: at, proposal });
  }

  #revise({ holdId, diff }: EventData<'hold.revised'>): void {
    const hold = this.#holds.get(holdId);
    if (!hold) return;
    const changed = [...(hold.revised?.changed ?? []), ...changedPaths(diff, hold.ofCall)];
    const revised = { material: isMaterial(diff) || (hold.revised?.material ?? false), changed };
    this.#holds.set(holdId, { ...hold, revised });
  }

  #decide({ data, at }: RunEventOf<'hold.decided'>): void {
    const { holdId, reason, reasonCode, decidedBy, diff } = data;
    const hold = this.#holds.get(holdId);
    if (!hold) return;
    const own =
      data.verdict === 'modify' ? { material: isMaterial(diff), changed: changedPaths(diff, hold.ofCall) } : null;
    // Under a quorum others approve what one of them made of it: that is a modification all the same.
    const change = own ?? (data.verdict === 'approve' ? hold.revised : null);
    const look: Look = {
      verdict: change ? 'modify' : data.verdict,
      material: change?.material ?? false,
      changed: change?.changed ?? [],
      by: decidedBy,
      at,
      tookMs: Math.max(0, Date.parse(at) - Date.parse(hold.openedAt)),
      reason,
      reasonCode,
    };
    this.#amend(hold.subject, ({ decisions }) => ({ decisions: [...decisions, look] }));
  }

  #add(given: Omit<Subject, 'runId' | 'ran' | 'decisions' | 'expired' | 'undone' | 'audits'>): void {
    const unseen = { ran: false, decisions: [], expired: 0, undone: null, audits: [] };
    this.subjects.set(given.id, { ...given, ...unseen, runId: this.#runId });
  }

  #amend(id: Subject['id'] | undefined, change: (subject: Subject) => Partial<Subject>): void {
    const subject = id === undefined ? undefined : this.subjects.get(id);
    if (subject) this.subjects.set(subject.id, { ...subject, ...change(subject) });
  }
}
