// Installs the locked dependencies when they are missing or older than the lock file. Dependency-free: runs on Node 20.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findNode, root, tooOld } from './node-24.mjs'

/** `npm ci` unless node_modules was made from this very lock file; returns the Node to go on with. */
export function installDependencies() {
  const stamp = join(root, 'node_modules', '.sluice-lock-digest')
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest
  if (!isCurrent) {
    console.log('Installing dependencies (npm ci) ...')
    // No install script of any package is needed: native parts ship inside the packages.
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: 'inherit',
    })
    if (status !== 0) {
      console.error('npm ci failed; its own message is above.')
      process.exit(1)
    }
    writeFileSync(stamp, digest)
  }
  const node = findNode()
  if (node === undefined) {
    console.error(tooOld)
    process.exit(1)
  }
  return node
}
