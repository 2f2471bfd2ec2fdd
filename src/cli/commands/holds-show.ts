import { openDesk } from '../desk.ts';
import { holdText } from '../hold-text.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';
import { valueHint } from '../value-hint.ts';
import { visibleLine } from '../visible-text.ts';

export async function showHold(id: string, options: ServerOptions & JsonOptions): Promise<number> {
  await using desk = await openDesk(options, { changes: false });
  const { hold, you } = await desk.holds.get(id);
  if (options.json) {
    printJson({ hold, you });
    return 0;
  }
  printLine(holdText(hold, process.stdout));
  if (hold.status !== 'open') return 0;
  printLine(you.why ?? `You may: ${you.may.join(', ')}.`);
  const value = you.may.includes('respond') ? valueHint(hold) : null;
  if (value !== null) printLine(`Respond with --value ${visibleLine(value, 400)}`);
  return 0;
}
