import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RunId } from '../ids.ts';
import { exportLines } from '../journal/export.ts';
import { runNotFound } from '../journal/preconditions.ts';
import type { Engine } from '../runner/engine.ts';

interface ExportRouteOptions {
  readonly engine: Engine;
  /** @throws `UNAUTHENTICATED`. Every role reads. */
  readonly authenticate: (request: FastifyRequest) => Promise<unknown>;
}

/** The journal of a run as `holdpoint export` writes it, some lines at a time: a file that `holdpoint verify` takes without this server. */
export function serveExport(app: FastifyInstance, { engine: { journal }, authenticate }: ExportRouteOptions): void {
  app.get<{ Params: { runId: string } }>('/runs/:runId/export', async (request, reply) => {
    await authenticate(request);
    const { runId } = request.params;
    const run = RunId.safeParse(runId);
    const events = run.success ? await journal.read(run.data) : [];
    if (!run.success || events.length === 0) throw runNotFound(JSON.stringify(runId));
    const lines = exportLines(run.data, events, await journal.payloads(run.data));
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', `attachment; filename="${run.data.replaceAll(/[^\w-]/g, '_')}.ndjson"`)
      .send(Readable.from(inPieces(lines)));
  });
}

/** Characters written before others have their turn, and at most a line more. */
const PIECE = 64 * 1024;

async function* inPieces(lines: Iterable<string>): AsyncGenerator<string> {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
    await nextTurn();
  }
  yield piece;
}
