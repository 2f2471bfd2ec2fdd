import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * Joins the compiled modules into a few files: opening some two hundred takes longer than reading all that is in them. Dependencies stay outside, commands stay
 * apart (each is loaded when it is called), names and line breaks stay as they are.
 */
export default defineConfig({
  root: dist,
  logLevel: 'warn',
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
      external: (id) => !id.startsWith('.') && !id.startsWith('/'),
      output: { chunkFileNames: 'parts/[name]-[hash].js' },
    },
  },
});
