import { openaiModel, openHoldpoint } from 'holdpoint';
import { memoryJournal } from 'holdpoint/testing';
import { relayCrew } from './relay.js';
import { takePart } from './take-part.js';

/** @import { Contestant, Setting } from './contestant.js' */

/** The package as a user has it, with its default settings: every event durable, validated and chained. */
await takePart({ name: 'holdpoint', stores: ['none', 'sqlite', 'postgres'], open });

/** @param {Setting} setting @returns {Promise<Contestant>} */
async function open(setting) {
  const { store, database, baseURL, model } = setting;
  const holdpoint = await openHoldpoint({
    crews: [relayCrew(setting)],
    database: store === 'none' ? memoryJournal() : store === 'sqlite' ? `file:${database}/holdpoint.db` : database,
    model: openaiModel({ baseURL, name: model, apiKey: 'none' }),
  });
  // A name of the caller's own leads to the same run, in another process too.
  const runNamed = (/** @type {string} */ run) =>
    holdpoint.start('relay', { run }, { requestedBy: 'user:bench', requestId: run });
  const standingOf = (/** @type {import('holdpoint').RunSummary} */ { status, error }) => {
    if (status === 'held') return 'held';
    if (status === 'completed') return 'done';
    throw new Error(`${status}: ${error?.code} ${error?.message}`);
  };
  const isEmpty = async () => store === 'none' && (await holdpoint.runs.list({ limit: 1 })).runs.length === 0;
  return {
    start: async (run) => standingOf(await (await runNamed(run)).settled()),
    async resume(run) {
      if (await isEmpty()) return 'lost';
      const handle = await runNamed(run);
      const { holds } = await holdpoint.holds.list({ runId: handle.id, status: 'open' });
      for (const { id, digest } of holds) {
        await holdpoint.decide({ holdId: id, digest, verdict: 'approve', by: 'user:reviewer' });
      }
      return standingOf(await handle.settled());
    },
    recover: async (run) => ((await isEmpty()) ? 'lost' : standingOf(await (await runNamed(run)).settled())),
    close: () => holdpoint.close(),
  };
}
