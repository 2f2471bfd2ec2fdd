import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Store } from '../contestants/contestant.js';
import { type Child, startChild } from './child.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { type Place, Places } from './places.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The package's command line, as a user has it. */
export const COMMAND_LINE = join(ROOT, 'bin', 'holdpoint.js');
/** A contestant that is not done by then is stuck. */
const GIVE_UP_MS = 20 * 60_000;

export type ContestantName = 'bare' | 'bare-synced' | 'holdpoint';
/** A contestant on a store: what a row of a table is about. */
export interface Entrant {
  readonly contestant: ContestantName;
  readonly store: Store;
}
export type Result = Record<string, unknown>;
type Arguments = Readonly<Record<string, string | number>>;

/** What scenarios play on: the model server, places for state, and contestants as processes. */
export class Stage {
  readonly model: ModelServer;
  readonly places: Places;
  readonly #folder: string;
  #runs = 0;

  private constructor(folder: string, model: ModelServer) {
    this.#folder = folder;
    this.model = model;
    this.places = new Places(folder);
  }

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'));
    return new Stage(folder, await startModelServer(join(folder, 'errors.log')));
  }

  /** A name for a run that no other run has. */
  name(of: string): string {
    return `${of}-${++this.#runs}`;
  }

  program(args: readonly string[], env: Record<string, string> = {}): Child {
    return startChild(args, { errors: join(this.#folder, 'errors.log'), env });
  }

  /** Starts a contestant; it may be killed before it has a result. */
  launch({ contestant, store }: Entrant, place: Place, args: Arguments): Child {
    const given = { store, db: place.database, 'base-url': this.model.baseURL, ...args };
    const flags = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return this.program(['--expose-gc', join(ROOT, 'bench', 'contestants', `${contestant}.js`), ...flags]);
  }

  /** Runs a contestant to its end. */
  async perform(entrant: Entrant, place: Place, args: Arguments): Promise<Result> {
    const child = this.launch(entrant, place, args);
    try {
      const timer = setTimeout(() => void child.kill(), GIVE_UP_MS);
      const result = await child.first;
      clearTimeout(timer);
      return result;
    } finally {
      await child.ended(10_000);
    }
  }

  async close(): Promise<void> {
    await this.places.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
