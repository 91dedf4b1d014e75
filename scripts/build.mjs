// npm run build: bundles the command line to dist/cli.js, one entry and lazily loaded chunks, so that a command loads only
// what it uses; and the web application to dist/web. With `web` it builds that alone.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { buildWeb } from '../web/build-web.mjs'
import { root } from './node-24.mjs'

if (process.argv[2] === 'web') {
  await buildWeb()
  process.exit(0)
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli/command-line.ts',
    'table-engine-child': 'src/data/table-engine-child.ts',
    'onnx-thread': 'src/serving/onnx/onnx-thread.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Native parts, and what finds files of its own beside itself.
  external: ['better-sqlite3', 'pg-native', '@duckdb/node-api'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  // No keepNames: it calls a function for every closure that is made, a seventh of what a scoring request cost the server.
  sourcemap: 'linked',
  logLevel: 'warning',
})
await buildWeb()
