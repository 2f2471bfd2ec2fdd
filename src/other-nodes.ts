import { isOnServer } from './open-database.ts';
import type { Engine } from './runner/engine.ts';
import { isAlive } from './runner/node-life.ts';
import type { Hints } from './server/hints/hints.ts';
import type { ServerLog } from './server/server-log.ts';

export interface OtherNodes {
  /** Absent where there are no others. */
  readonly hints?: Hints;
  /** Once the engine is closed, so that the last of what it did is told as well. */
  leave(): Promise<void>;
}

/** The same for a program that serves nobody: it tells, and nobody waits until it can. */
export async function tellOtherNodes(
  engine: Engine,
  database: string,
  log: ServerLog,
): Promise<Pick<OtherNodes, 'leave'>> {
  if (!isOnServer(database)) return { leave: async () => undefined };
  const [{ CompanyHints }, { tellOthers }] = await Promise.all([
    import('./server/hints/company-hints.ts'),
    import('./server/hints/tell-others.ts'),
  ]);
  const open = async () => (await import('./server/hints/postgres-hints.ts')).postgresHints({ url: database, log });
  const hints = new CompanyHints({ open, hasCompany: () => hasCompany(engine), log });
  const stopTelling = tellOthers(engine, hints);
  return { leave: () => leave(stopTelling, hints) };
}

/** Has an engine on a database of several nodes tell the others what it does. Who keeps a file has nobody to tell, and loads nothing for it. */
export async function meetOtherNodes(engine: Engine, database: string, log: ServerLog): Promise<OtherNodes> {
  if (!isOnServer(database)) return { leave: async () => undefined };
  const [{ postgresHints }, { CompanyHints }, { tellOthers }] = await Promise.all([
    import('./server/hints/postgres-hints.ts'),
    import('./server/hints/company-hints.ts'),
    import('./server/hints/tell-others.ts'),
  ]);
  const opened = await postgresHints({ url: database, log });
  const hints = new CompanyHints({ open: async () => opened, hasCompany: () => hasCompany(engine), log }, opened);
  const stopTelling = tellOthers(engine, hints);
  return { hints, leave: () => leave(stopTelling, hints) };
}

async function hasCompany({ journal, nodeId }: Engine): Promise<boolean> {
  return (await journal.nodes()).some((node) => node.id !== nodeId && isAlive(node, Date.now()));
}

async function leave(stopTelling: () => void, hints: Hints): Promise<void> {
  stopTelling();
  await hints.close();
}
