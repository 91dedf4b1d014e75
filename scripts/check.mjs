// npm run check: everything that can be known without running the program. A warning is an error.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installDependencies } from './install.mjs'
import { root } from './node-24.mjs'

const node = installDependencies()
const bin = (path) => [node, join(root, 'node_modules', path)]
const checks = {
  types: [...bin('typescript/bin/tsc'), '-b', '.', 'web', 'web/test', 'e2e/web'],
  'pure layers': [...bin('typescript/bin/tsc'), '-p', 'tsconfig.pure.json'],
  lint: [...bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
  format: [
    ...bin('prettier/bin/prettier.cjs'),
    '--check',
    '--cache',
    '--cache-strategy',
    'content',
    '--log-level',
    'warn',
    '.',
  ],
  layers: [
    ...bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    'src',
    'e2e',
    'web/src',
    '--config',
    '.dependency-cruiser.cjs',
  ],
  docs: [node, join(root, 'scripts/docs.mjs'), '--check'],
  'dead code': [...bin('knip/bin/knip.js')],
  python: [node, join(root, 'scripts/check-python.mjs')],
}

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => resolve({ code, output }))
  })
}

let failed = 0
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks)
const queue = [...names]
// Two at a time: the machine this must fit has two cores.
await Promise.all(
  [1, 2].map(async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const started = performance.now()
      const { code, output } = await run(checks[name])
      console.log(
        `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
      )
      if (code !== 0) {
        failed++
        console.log(output)
      }
    }
  }),
)
process.exit(failed === 0 ? 0 : 1)
