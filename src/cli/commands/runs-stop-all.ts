import { openDatabase } from '../../open-database.ts';
import { CALLED_AS } from '../called-as.ts';
import { databaseAddress, openToRead } from '../database.ts';
import { type Desk, deskOn, openDesk, serverOf } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { openRecordingEngine } from '../recording-engine.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly reason: string;
  readonly cancel?: boolean;
}

/** Stops everything in the database, also beside a server: who can write the database may stop what it drives. */
export async function stopAllRuns(options: Options): Promise<number> {
  await using desk = await openToStop(options);
  const { stopped } = await desk.runs.stopAll(options.reason, options.cancel ? { cancel: true } : {});
  if (options.json) {
    printJson({ stopped, cancelled: options.cancel === true });
    return 0;
  }
  for (const id of stopped) printLine(id);
  if (stopped.length === 0) note('No run was going on or on hold.');
  else if (options.cancel) note(`${countOf(stopped)} being cancelled.`);
  else note(`${countOf(stopped)} parked.`);
  note(`Nothing starts or goes on until: ${CALLED_AS} runs resume-all`);
  return 0;
}

function countOf(runs: readonly unknown[]): string {
  return runs.length === 1 ? '1 run is' : `${runs.length} runs are`;
}

async function openToStop(options: Options): Promise<Desk> {
  if (serverOf(options)) return openDesk(options, { changes: true });
  await (await openToRead(options)).close();
  return deskOn(await openRecordingEngine(await openDatabase(databaseAddress(options)), []));
}
