import type { RunId } from '../ids.ts';
import type { Commit, Delta, Engine } from '../runner/engine.ts';
import { paint } from './paint.ts';
import { progressLine } from './progress-lines.ts';
import { visibleText } from './visible-text.ts';

/**
 * Live progress of runs on a stream: a line for each event worth one and, on a terminal, the answers as they stream. While it
 * is paused (somebody is asked something) it keeps quiet, and catches up afterwards.
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #wanted: (runId: RunId) => boolean;
  readonly #stop: () => void;
  /** The task whose answer is being written, and the line it has got to; '' between answers. */
  #streaming = '';
  #waiting: string[] | null = null;

  constructor(
    engine: Engine,
    {
      stream = process.stderr,
      wanted = () => true,
    }: { stream?: NodeJS.WriteStream; wanted?: (runId: RunId) => boolean } = {},
  ) {
    this.#stream = stream;
    this.#wanted = wanted;
    const committed = (commit: Commit) => this.#tell(commit);
    this.#stop = engine.on(stream.isTTY ? { committed, delta: (delta) => this.#show(delta) } : { committed });
  }

  pause(): void {
    this.#endAnswer();
    this.#waiting ??= [];
  }

  resume(): void {
    const lines = this.#waiting ?? [];
    this.#waiting = null;
    for (const line of lines) this.#write(line);
  }

  end(): void {
    this.#stop();
    this.resume();
    this.#endAnswer();
  }

  #tell({ runId, events }: Commit): void {
    if (!this.#wanted(runId)) return;
    for (const event of events) {
      const line = progressLine(event);
      if (line === null) continue;
      if (this.#waiting) this.#waiting.push(line);
      else this.#write(line);
    }
  }

  #write(line: string): void {
    this.#endAnswer();
    const colour = COLOURS[line.charAt(0)];
    this.#stream.write(`${colour ? paint(colour, line, this.#stream) : line}\n`);
  }

  #show({ runId, task, part, text }: Delta): void {
    if (this.#waiting || part !== 'output' || !this.#wanted(runId)) return;
    if (this.#streaming !== task) {
      this.#endAnswer();
      this.#stream.write(paint('dim', `  ${visibleText(task)} writes: `, this.#stream));
      this.#streaming = task;
    }
    this.#stream.write(paint('dim', visibleText(text), this.#stream));
  }

  #endAnswer(): void {
    if (this.#streaming === '') return;
    this.#streaming = '';
    this.#stream.write('\n');
  }
}

const COLOURS: Readonly<Record<string, Parameters<typeof paint>[0]>> = {
  '⏸': 'yellow',
  '⏵': 'cyan',
  '✓': 'green',
  '✗': 'red',
  '!': 'yellow',
  '–': 'dim',
};
