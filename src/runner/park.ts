import type { CrewConfigData } from '../crew/crew-config.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { type Draft, draft } from '../crew/events.ts';
import type { RunState } from '../crew/run-state.ts';
import { diff } from '../json/diff.ts';
import type { Json } from '../json/json.ts';

/** What parks a run whose crew is not the one that it was started (or last accepted) with; null if it is the same. */
export function parkIfChanged(state: RunState, crew: CrewDefinition): Draft | null {
  if (state.fingerprint === crew.fingerprint || !state.machine.can({ type: 'run.parked' })) return null;
  const data = {
    expected: state.fingerprint,
    found: crew.fingerprint,
    changes: changesBetween(state.config, crew.config),
  };
  return draft('run.parked', data);
}

/** The differences of two crews, a line each, for the person who must accept them. */
export function changesBetween(before: CrewConfigData, after: CrewConfigData): string[] {
  return diff(before as unknown as Json, after as unknown as Json).map(({ path, from, to }) => {
    if (from === undefined) return `${path} added: ${short(to)}`;
    if (to === undefined) return `${path} removed: ${short(from)}`;
    return `${path} changed: ${short(from)} → ${short(to)}`;
  });
}

const SHORT = 120;

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= SHORT ? text : `${text.slice(0, SHORT)}…`;
}
