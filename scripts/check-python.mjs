// The Python side: ruff and mypy --strict, as python/pyproject.toml sets them, in an environment of their own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pythonEnvironment } from '../e2e/python-environments.mjs'
import { root } from './node-24.mjs'

const python = await pythonEnvironment(['ruff==0.17.*', 'mypy==2.4.*', 'types-PyYAML'])
let failed = 0
for (const check of [
  ['ruff', 'check', '.'],
  ['mypy', '--no-error-summary'],
]) {
  const { status } = spawnSync(python, ['-m', ...check], { cwd: join(root, 'python'), stdio: 'inherit' })
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
