import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The addresses that the page shows by itself (contract §7). */
const PAGES = ['/', '/holds/*', '/runs', '/runs/*', '/oversight', '/audit'];

/** Serves the built review page from `folder`; nothing where it was not built. */
export async function servePage(app: FastifyInstance, folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) return;
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    // The build lays a `.gz` beside what is worth it.
    preCompressed: true,
    setHeaders: (response, path) => {
      const lasting = path.startsWith(join(folder, 'assets'));
      response.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const path of PAGES) app.get(path, (_request, reply) => reply.sendFile('index.html'));
}
