import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Puts a `.gz` beside each script and stylesheet: they are packed once, not at each request, and a browser loads a third. */
const gzipped: Plugin = {
  name: 'gzipped',
  writeBundle: ({ dir = '' }, bundle) => {
    for (const name of Object.keys(bundle).filter((file) => /\.(?:js|css)$/.test(file)))
      writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name)), { level: 9 }));
  },
};

/** The review page, served by the review server under `/` with a policy that runs no inline script. */
export default defineConfig({
  plugins: [react(), gzipped],
  base: '/',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // Small files would become data: addresses, which the policy allows for images only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
