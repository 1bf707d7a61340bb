// The build: from src/ into ../static, reproducibly. In development, API requests go to HEARTH_URL.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { emojiData } from './tools/emoji-data.js';
import { serviceWorker } from './tools/worker.js';

const server = process.env.HEARTH_URL ?? 'http://127.0.0.1:3001';
const proxy = { '/api': { target: server, ws: true } };

export default defineConfig({
  plugins: [svelte(), emojiData(), serviceWorker()],
  server: { proxy },
  preview: { proxy },
  build: {
    outDir: '../static',
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows scripts and styles only from files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/worker/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
