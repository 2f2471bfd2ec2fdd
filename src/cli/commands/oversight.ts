import { HoldpointError } from '../../errors.ts';
import { Level } from '../../hooks/graduation/level.ts';
import { openDesk } from '../desk.ts';
import { EXIT } from '../exit-codes.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { adviceLines, oversightRows, reasonLines } from '../oversight-text.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';
import { visibleLine } from '../visible-text.ts';

interface ListOptions extends ServerOptions, JsonOptions {
  readonly reasons?: boolean;
}

interface ChangeOptions extends ServerOptions, JsonOptions {
  readonly level?: string;
  readonly reason: string;
}

/** The record of action types and confirmed tasks, and what could be signed for. */
export async function listOversight({ reasons, ...options }: ListOptions): Promise<number> {
  await using desk = await openDesk(options, { changes: false });
  const types = await desk.oversight.list();
  if (options.json) {
    for (const type of types) printJson(type);
    return EXIT.done;
  }
  if (types.length === 0) {
    note('Nobody has decided anything here yet.');
    return EXIT.done;
  }
  for (const line of table(oversightRows(types, { plot: process.stdout.isTTY }))) printLine(line);
  const more = types
    .map((type) => (reasons ? reasonLines(type) : adviceLines(type)))
    .filter(({ length }) => length > 0);
  for (const lines of more) {
    printLine();
    for (const line of lines) printLine(`${/^ */.exec(line)?.[0] ?? ''}${visibleLine(line, 400)}`);
  }
  return EXIT.done;
}

/** Signs for the next level (or the one that is named) in the name of whoever the token stands for. */
export async function signLevel(key: string, { level, reason, ...options }: ChangeOptions): Promise<number> {
  await using desk = await openDesk(options, { changes: true });
  const wanted = level === undefined ? await nextOf(desk.oversight, key) : levelOf(level);
  const signed = await desk.oversight.sign(key, wanted, reason);
  if (options.json) printJson(signed);
  else printLine(`${key} is ${signed.level} now, as event ${signed.recordedSeq} of the journal system.`);
  return EXIT.done;
}

/** Takes a level back: to the one that is named, or to the tool's own tier. */
export async function demoteType(key: string, { level, reason, ...options }: ChangeOptions): Promise<number> {
  await using desk = await openDesk(options, { changes: true });
  const left = await desk.oversight.demote(key, reason, level === undefined ? undefined : levelOf(level));
  if (options.json) printJson(left);
  else
    printLine(
      `${key} is ${left.level ?? 'at the tier of its tool'} again, as event ${left.recordedSeq} of the journal system.`,
    );
  return EXIT.done;
}

async function nextOf({ list }: Awaited<ReturnType<typeof openDesk>>['oversight'], key: string): Promise<Level> {
  const next = (await list()).find((type) => type.key === key)?.graduation?.next;
  // Unknown, or at its last level: the engine says which.
  return next ?? 'automatic';
}

function levelOf(text: string): Level {
  const parsed = Level.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HoldpointError(
    'USAGE',
    `There is no level ${JSON.stringify(text)}. Write one of: ${Level.options.join(', ')}.`,
  );
}
