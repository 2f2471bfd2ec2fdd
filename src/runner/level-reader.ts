import type { Levels } from '../crew/action-type.ts';
import type { RunEvent } from '../crew/events.ts';
import type { Level } from '../hooks/graduation/level.ts';
import { SYSTEM_JOURNAL } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { toRunEvents } from '../journal/read-run.ts';

/** The levels that are signed for. Each look reads what was added since the last: another node's demotion counts at once. */
export class LevelReader {
  readonly #journal: Journal;
  #levels: Levels = new Map();
  #events: readonly RunEvent[] = [];
  #hasLooked = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /**
   * For a step of a run. A level only ever takes oversight away, so "none" may be old: then nobody is asked less than today, and the journal
   * is not read at every step of every run. Where there are levels, they are as of now: a demotion counts at once.
   */
  async forStep(): Promise<Levels> {
    if (!this.#hasLooked || this.#levels.size > 0) await this.#catchUp();
    return this.#levels;
  }

  async current(): Promise<Levels> {
    await this.#catchUp();
    return this.#levels;
  }

  /** Every event of the journal `system`, oldest first. */
  async history(): Promise<readonly RunEvent[]> {
    await this.#catchUp();
    return this.#events;
  }

  async #catchUp(): Promise<void> {
    const after = this.#events.length;
    const read = await this.#journal.read(SYSTEM_JOURNAL, { after });
    // Somebody else who looked meanwhile has taken them in already.
    this.#hasLooked = true;
    const added = read.filter(({ seq }) => seq > this.#events.length);
    if (added.length === 0) return;
    const events = toRunEvents(added, []);
    this.#levels = levelsAfter(this.#levels, events);
    this.#events = [...this.#events, ...events];
  }
}

/** Levels after some events of the journal `system`. */
function levelsAfter(before: Levels, events: readonly RunEvent[]): Levels {
  const levels = new Map<string, Level>(before);
  for (const event of events) {
    if (event.type === 'oversight.signed') levels.set(event.data.key, event.data.level);
    else if (event.type === 'oversight.demoted' && event.data.level) levels.set(event.data.key, event.data.level);
    else if (event.type === 'oversight.demoted') levels.delete(event.data.key);
  }
  return levels;
}
