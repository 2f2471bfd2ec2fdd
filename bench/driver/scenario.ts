import type { Entrant, Result, Stage } from './stage.ts';

export interface Sizes {
  /** How many of something: `size(200)` at `--scale 0.1` is 20; never less than `least` (default 5). */
  of(count: number, least?: number): number;
  /** Whether the sizes that take minutes are asked for. */
  readonly large: boolean;
}

export interface Column {
  /** A member of the result. */
  readonly key: string;
  readonly title: string;
}

export interface Scenario {
  readonly name: string;
  /** What is done, in a sentence, with its settings. */
  readonly what: string;
  readonly entrants: readonly Entrant[];
  /** How often at most, however many rounds are asked for. */
  readonly maxRounds?: number;
  readonly columns: readonly Column[];
  /** The figures that are compared with the bare loop's of the same store, in the same round. */
  readonly ratios?: readonly string[];
  play(stage: Stage, entrant: Entrant, sizes: Sizes): Promise<Result>;
}

/** What one play of a scenario gave. */
export interface Sample {
  readonly scenario: string;
  readonly round: number;
  readonly contestant: string;
  readonly store: string;
  /** Load average of the last minute, when it ended. */
  readonly load: number;
  readonly result: Result;
}
