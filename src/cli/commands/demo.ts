import { crewDefinition } from '../../crew/define-crew.ts';
import { localUser } from '../../server/identity/local-user.ts';
import { createToken } from '../../server/identity/tokens.ts';
import { CALLED_AS } from '../called-as.ts';
import { DEMO_INPUTS, demoCrew, demoModel } from '../demo-crew.ts';
import { EXIT } from '../exit-codes.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';
import { startServing } from '../serving.ts';
import { stopSignal } from '../stop-signals.ts';
import { untilAborted } from '../until-aborted.ts';

const DATABASE = 'file:.holdpoint/demo.db';

/** Serves the demo crew and starts a run of it, which holds at once. */
export async function demo({
  database = DATABASE,
  port,
  json = false,
}: DatabaseOptions & JsonOptions & { port: number }): Promise<number> {
  const stop = stopSignal({ message: 'Stopping; once more ends it at once.' });
  const model = demoModel();
  const options = { database, port, logLevel: 'warn' };
  await using serving = await startServing({ crews: [crewDefinition(demoCrew)], models: () => model }, options);
  const { engine, server } = serving;
  const { id } = await engine.start(demoCrew.name, DEMO_INPUTS, { requestedBy: localUser() });
  const run = await engine.settled(id);
  const launchUrl = server.launchUrl();
  if (json) printJson({ url: server.url, launchUrl, node: engine.nodeId, run });
  else {
    const token = await createToken(engine.journal, { user: 'demo', roles: ['reviewer', 'operator'], expiresIn: '1d' });
    for (const line of story({
      url: server.url,
      launchUrl,
      runId: id,
      hold: run.openHolds[0] ?? '',
      token: token.token,
    }))
      printLine(line);
  }
  await untilAborted(stop);
  return EXIT.done;
}

function story(given: { url: string; launchUrl: string; runId: string; hold: string; token: string }): string[] {
  return [
    'A crew of four agents has written an article, and stopped: nobody edits or publishes it before you have looked.',
    '',
    `  Review it in the browser:   ${given.launchUrl}`,
    '                              (the link is good once, within five minutes)',
    '',
    '  Or in another terminal:',
    `    export HOLDPOINT_URL=${given.url} HOLDPOINT_TOKEN=${given.token}`,
    `    ${CALLED_AS} review`,
    `    ${CALLED_AS} holds show ${given.hold}`,
    `    ${CALLED_AS} holds approve ${given.hold} --digest …    (the digest that \`show\` prints)`,
    '',
    '  Approve the draft, and a clerk wants to refund $48: that action holds too. Then look at what happened:',
    `    ${CALLED_AS} runs watch ${given.runId}`,
    '',
    'Nothing leaves this machine, and no model is called. Ctrl-C stops the demo.',
  ];
}
