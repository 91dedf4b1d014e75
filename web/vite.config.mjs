// `npx vite web` serves the sources and asks a running `sluice up` for everything else; scripts/build-web.mjs builds.
import { join } from 'node:path'
import { defineConfig } from 'vite'

const server = 'http://127.0.0.1:7584'

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: join(import.meta.dirname, '../dist/web'),
    emptyOutDir: true,
    assetsDir: 'web',
    target: 'es2022',
    // The policy of the server forbids data: for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      // React's libraries say "use client" at their heads, which means nothing here.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(['/api', '/ajax-api', '/health', '/version'].map((path) => [path, server])),
  },
})
