import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { TAKEN_IN } from './taken-in.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const isTakenIn = (id: string) => TAKEN_IN.some((name) => id === name || id.startsWith(`${name}/`));

/**
 * Joins the compiled modules into a few files: opening some two hundred takes longer than reading all that is in them. Dependencies stay outside but for two, commands stay
 * apart (each is loaded when it is called), names and line breaks stay as they are.
 */
export default defineConfig({
  root: dist,
  logLevel: 'warn',
  ssr: { noExternal: [...TAKEN_IN] },
  build: {
    ssr: true,
    target: 'es2024',
    minify: false,
    outDir: `${dist}.joined`,
    rollupOptions: {
      input: {
        index: `${dist}index.js`,
        testing: `${dist}testing.js`,
        'client/index': `${dist}client/index.js`,
        'cli/main': `${dist}cli/main.js`,
      },
      platform: 'neutral',
      external: (id) => !id.startsWith('.') && !id.startsWith('/') && !isTakenIn(id),
      output: { chunkFileNames: 'parts/[name]-[hash].js' },
    },
  },
});
