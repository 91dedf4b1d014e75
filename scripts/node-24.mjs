// Finds a Node that runs TypeScript and has what we need (>= 22.18): the one running, or the one that came with the dependencies.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

/** Path of the Node to use; undefined when there is none. */
export function findNode() {
  const bundled = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  if (process.platform === 'linux' && existsSync(bundled)) return bundled
  return isNewEnough(process.versions.node) ? process.execPath : undefined
}

export const tooOld = `Node ${process.versions.node} is too old and no newer one came with the dependencies: install Node 22.18 or newer, then run this again.`
