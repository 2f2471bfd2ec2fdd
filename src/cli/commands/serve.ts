import { CALLED_AS } from '../called-as.ts';
import { databaseAddress } from '../database.ts';
import { EXIT } from '../exit-codes.ts';
import { loadCrews } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import type { JsonOptions, ModelOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { type ServingOptions, startServing } from '../serving.ts';
import { stopSignal } from '../stop-signals.ts';
import { untilAborted } from '../until-aborted.ts';

type Options = ServingOptions & ModelOptions & JsonOptions;

/** Serves reviewers and drives runs, until SIGINT or SIGTERM. */
export async function serve(files: readonly string[], options: Options): Promise<number> {
  const crews = await loadCrews(files);
  const models = modelsOf(options, crews);
  const stop = stopSignal({ message: 'Stopping; once more ends it at once.' });
  await using serving = await startServing({ crews, models }, options);
  const { engine, server } = serving;
  if (options.json) printJson({ url: server.url, launchUrl: server.launchUrl(), node: engine.nodeId });
  else {
    printLine(`Serving at  ${server.url}`);
    printLine(`Open        ${server.launchUrl()}  (once, within five minutes)`);
    printLine(`Database    ${databaseAddress(options)}`);
    printLine(`Crews       ${crews.map(({ name }) => name).join(', ')}`);
    note(`Others need a token: ${CALLED_AS} token create --user NAME --role reviewer. Ctrl-C stops.`);
  }
  await untilAborted(stop);
  return EXIT.done;
}
