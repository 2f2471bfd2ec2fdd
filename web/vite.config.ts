import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The review page, served by the review server under `/` with a policy that runs no inline script. */
export default defineConfig({
  plugins: [react()],
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
