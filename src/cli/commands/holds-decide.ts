import { readFileSync } from 'node:fs';
import { HoldpointError, messageOf } from '../../errors.ts';
import type { Hold } from '../../hooks/hold.ts';
import type { Verdict } from '../../hooks/review-policy.ts';
import type { Json } from '../../json/json.ts';
import { CALLED_AS } from '../called-as.ts';
import { databaseFlag } from '../database.ts';
import { type Desk, openDesk, serverOf } from '../desk.ts';
import { loadCrews } from '../load-crews.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly digest?: string;
  readonly reason?: string;
  readonly reasonCode?: string;
  readonly overrideClaim?: boolean;
  readonly value?: string;
  readonly valueFile?: string;
  readonly crew?: readonly string[];
}

/** Decides a hold on exactly the revision that the digest names. */
export async function decideHold(id: string, verdict: Verdict, options: Options): Promise<number> {
  const digest = digestStart(verdict, options.digest);
  const value = givenValue(verdict, options);
  if (value !== undefined && !serverOf(options) && !options.crew?.length)
    throw new HoldpointError(
      'UNAVAILABLE',
      `To ${verdict} without a server, add --crew with the crew file: it checks the value.`,
    );
  const crews = serverOf(options) ? [] : await loadCrews(options.crew ?? []);
  await using desk = await openDesk(options, { changes: true, crews });
  const { hold } = await desk.holds.get(id);
  if (!hold.digest.startsWith(digest)) throw stale(hold, digest);
  const { reason, reasonCode, overrideClaim } = options;
  await claimWhereNeeded(desk, hold, verdict);
  const decided = await desk.decide(id, {
    digest: hold.digest,
    verdict,
    ...(value === undefined ? {} : { value }),
    ...(reason === undefined ? {} : { reason }),
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(overrideClaim === undefined ? {} : { overrideClaim }),
  });
  if (options.json) printJson(decided);
  else printLine(`Hold ${id}: ${decided.hold.status}, recorded as event ${decided.recordedSeq}.`);
  if (!serverOf(options) && decided.hold.status !== 'open') {
    note(`Go on with the run: ${CALLED_AS} runs resume ${hold.runId} FILE${databaseFlag(options)}`);
  }
  return 0;
}

const MIN_DIGITS = 12;

/** @throws `USAGE`: whoever decides says what they looked at, so that nothing is let through that changed meanwhile. */
function digestStart(verdict: Verdict, digest: string | undefined): string {
  if (digest === undefined) {
    throw new HoldpointError(
      'USAGE',
      `To ${verdict}, add --digest with the digest of what you looked at (\`holdpoint holds show ID\` names it): ` +
        'a decision counts only for that, not for what the agent may propose meanwhile.',
    );
  }
  const digits = digest.toLowerCase();
  if (/^[0-9a-f]{12,64}$/.test(digits)) return digits;
  throw new HoldpointError(
    'USAGE',
    `--digest takes at least ${MIN_DIGITS} (at most 64) hex digits, not ${JSON.stringify(digest)}.`,
  );
}

function stale(hold: Hold, digest: string): HoldpointError {
  return new HoldpointError(
    'HOLD_STALE',
    `Hold ${hold.id} is at revision ${hold.revision} with the digest ${hold.digest.slice(0, MIN_DIGITS)}…, not ${digest}…. Look at it again.`,
    { details: { revision: hold.revision, digest: hold.digest } },
  );
}

function givenValue(verdict: Verdict, { value, valueFile }: Options): Json | undefined {
  if (verdict !== 'modify' && verdict !== 'respond') return undefined;
  if ((value === undefined) === (valueFile === undefined))
    throw new HoldpointError(
      'USAGE',
      `To ${verdict}, add either --value with JSON, or --value-file with a file of it.`,
    );
  const text = value ?? readValue(valueFile ?? '');
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new HoldpointError(
      'USAGE',
      `The value is not JSON: ${messageOf(error)}. A text needs quotes: --value '"…"'.`,
    );
  }
}

function readValue(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HoldpointError('FILE_INVALID', `${path} cannot be read: ${messageOf(error)}. Check the path.`);
  }
}

/** Whoever records what they did outside must have claimed the hold, so that two people do not act twice. */
async function claimWhereNeeded(desk: Desk, hold: Hold, verdict: Verdict): Promise<void> {
  if (hold.kind === 'human' && verdict === 'respond' && hold.status === 'open') await desk.claim(hold.id);
}
