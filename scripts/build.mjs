// Bundles the command line to dist/cli.js (npm run build): one entry and lazily loaded chunks, so that a command loads only what it uses.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './node-24.mjs'

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
  keepNames: true,
  sourcemap: 'linked',
  logLevel: 'warning',
})
