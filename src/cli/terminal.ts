import type { Readable } from 'node:stream';
import { isCancel, log, multiline, select, text } from '@clack/prompts';
import { HoldpointError } from '../errors.ts';

/** Where a person is asked: prompts go to stderr, so that stdout stays free for results. */
export interface Terminal {
  readonly input: Readable;
  readonly output: NodeJS.WriteStream;
  /** Ends a question that is being asked, as Ctrl-C does. */
  readonly signal?: AbortSignal;
}

export function processTerminal(): Terminal | null {
  const { stdin: input, stderr: output } = process;
  return input.isTTY && output.isTTY ? { input, output } : null;
}

/** @throws `USAGE` where nobody can be asked. */
export function requireTerminal(): Terminal {
  const terminal = processTerminal();
  if (terminal) return terminal;
  throw new HoldpointError(
    'USAGE',
    'Nobody can be asked here: this is not a terminal. Use `holdpoint holds …` in scripts.',
  );
}

/** The person pressed Ctrl-C in a prompt. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The person pressed Escape in a prompt: not this, but nothing else is given up. */
export class WentBack extends Error {
  override readonly name = 'WentBack';
}

/** Questions to a person. Each throws `Interrupted` when they press Ctrl-C, and `WentBack` when they press Escape. */
export class Prompts {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whole lines, as they are: make them visible before. */
  show(lines: string): void {
    this.#terminal.output.write(`\n${lines}\n`);
  }

  say(line: string): void {
    log.info(line, { output: this.#terminal.output });
  }

  async choose<T extends string>(
    message: string,
    options: readonly { value: T; label: string; hint?: string }[],
  ): Promise<T> {
    // Clack's type of an option depends on T, which is a string here.
    const given = [...options] as unknown as Parameters<typeof select<string>>[0]['options'];
    return (await this.#ask(() => select<string>({ ...this.#terminal, message, options: given }))) as T;
  }

  async line(
    message: string,
    { required = false, initial }: { required?: boolean; initial?: string } = {},
  ): Promise<string> {
    const validate = (value: string | undefined) => (required && !value?.trim() ? 'Write something.' : undefined);
    const start = initial === undefined ? {} : { initialValue: initial };
    return (await this.#ask<string>(() => text({ ...this.#terminal, message, validate, ...start }))) ?? '';
  }

  async lines(message: string): Promise<string> {
    return (await this.#ask<string>(() => multiline({ ...this.#terminal, message, showSubmit: true }))) ?? '';
  }

  /** Clack answers Escape and Ctrl-C alike, so the last key tells which it was. */
  async #ask<T>(prompt: () => Promise<T | symbol>): Promise<T> {
    const { input } = this.#terminal;
    let lastKey: string | undefined;
    const noteKey = (_text: unknown, key?: { name?: string }) => {
      lastKey = key?.name;
    };
    input.on('keypress', noteKey);
    try {
      const answer = await prompt();
      // `isCancel` knows only one symbol, and no other is ever answered.
      if (!isCancel(answer)) return answer as T;
      throw lastKey === 'escape' ? new WentBack('went back') : new Interrupted('interrupted');
    } finally {
      input.off('keypress', noteKey);
    }
  }
}
