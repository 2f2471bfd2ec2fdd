import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** `script` of util-linux gives a program a terminal; macOS has another one of that name. */
export const hasTerminal =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

export const KEYS = { enter: '\r', down: '\u001b[B', esc: '\u001b', ctrlC: '\u0003' } as const;

/** Whoever opens one ends it. */
export interface InTerminal extends AsyncDisposable {
  /** All it has shown, without colours and movements. */
  readonly shown: () => string;
  /** The same as it came. */
  readonly raw: () => string;
  /** Resolves when this was shown since the last keys; rejects if the program ends before. */
  see(text: string | RegExp): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
  readonly code: Promise<number | null>;
}

/** A program in a terminal of its own, and a person at it. */
export function inTerminal(
  command: readonly string[],
  options: { cwd: string; env: Record<string, string> },
): InTerminal {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', `stty columns 120 rows 60; ${line}`, '/dev/null'],
    {
      ...options,
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', ...options.env },
    },
  );
  let raw = '';
  let from = 0;
  const heard = new EventTarget();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    heard.dispatchEvent(new Event('text'));
  });
  let over = false;
  const code = once(child, 'close').then(([exit]) => {
    over = true;
    heard.dispatchEvent(new Event('text'));
    return exit as number | null;
  });
  const see = async (text: string | RegExp) => {
    for (;;) {
      const fresh = stripVTControlCharacters(raw.slice(from));
      if (typeof text === 'string' ? fresh.includes(text) : text.test(fresh)) return;
      if (over) throw new Error(`It ended without showing ${text}:\n${fresh}`);
      await once(heard, 'text');
    }
  };
  return {
    raw: () => raw,
    shown: () => stripVTControlCharacters(raw),
    see,
    press: async (...keys) => {
      for (const key of keys) {
        from = raw.length;
        child.stdin.write(key);
        // A prompt reads one key at a time, and shows that it has.
        if (key !== keys.at(-1)) await once(heard, 'text');
      }
    },
    code,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      child.kill('SIGTERM');
      await code;
    },
  };
}
