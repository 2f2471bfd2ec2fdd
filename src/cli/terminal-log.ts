import type { RunnerLog } from '../runner/context.ts';
import { note } from './print.ts';
import { visibleText } from './visible-text.ts';

/** The log of commands that talk to a person: warnings and errors as plain lines, the rest (tools' `log.info`) only with `--debug`. */
export function terminalLog({ debug = false }: { debug?: boolean } = {}): RunnerLog {
  const say = (data: object, message: string | undefined) => note(visibleText(message ?? JSON.stringify(data)));
  return {
    info: (data, message) => (debug ? say(data, message) : undefined),
    warn: (data, message) => say(data, message),
    error: (data, message) => {
      say(data, message);
      const { err } = data as { err?: unknown };
      if (debug && err instanceof Error) note(visibleText(err.stack ?? ''));
    },
  };
}
