import type { CrewDefinition } from '../crew/crew-definition.ts';
import { meetOtherNodes } from '../other-nodes.ts';
import { packageVersion } from '../package-version.ts';
import type { Engine, ModelSource } from '../runner/engine.ts';
import { openEngine } from '../runner/open-engine.ts';
import { type ReviewServer, serveReview } from '../server/serve.ts';
import { type AtOnceOptions, atOnceOf } from './at-once.ts';
import { databaseAddress, openAsNode } from './database.ts';
import { type LimitOptions, limitsOf } from './limits.ts';
import { logJournal } from './log-journal.ts';
import type { DatabaseOptions } from './options.ts';
import { pageFolder } from './package-info.ts';
import { type LogOptions, serverLog } from './server-log.ts';

export interface ServingOptions extends DatabaseOptions, LogOptions, LimitOptions, AtOnceOptions {
  readonly port: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
  readonly logJournal?: boolean;
}

export interface Serving extends AsyncDisposable {
  readonly engine: Engine;
  readonly server: ReviewServer;
}

/** Opens the database, drives its runs and serves reviewers. Closing takes no new work first, and lets go of the database last. */
export async function startServing(
  { crews, models }: { crews: readonly CrewDefinition[]; models: ModelSource },
  options: ServingOptions,
): Promise<Serving> {
  const limits = limitsOf(options);
  const atOnce = atOnceOf(
    options,
    crews.map(({ name }) => name),
  );
  const log = await serverLog(options);
  const journal = await openAsNode(options);
  const engine = await openEngine({
    crews,
    journal,
    models,
    log,
    limits: limits.engine,
    atOnce,
    version: packageVersion(),
  });
  const endLog = options.logJournal ? logJournal({ engine, log }) : async () => undefined;
  const others = await meetOtherNodes(engine, databaseAddress(options), log);
  // A store that is away keeps nothing else from being let go of.
  const closeEngine = () =>
    engine
      .close()
      .finally(() => others.leave())
      .finally(() => endLog())
      .finally(() => log.flush());
  try {
    const { host, port, allowHost: allowedHosts } = options;
    const server = await serveReview({
      engine,
      log,
      host,
      port,
      allowedHosts,
      pageFolder: pageFolder(),
      limits: limits.server,
      hints: others.hints,
    });
    const close = () => server.close().finally(closeEngine);
    return { engine, server, [Symbol.asyncDispose]: close };
  } catch (error) {
    await closeEngine();
    throw error;
  }
}
