// Runs a script with the Node that came with the dependencies: node scripts/with-node.mjs SCRIPT [ARGUMENT ...]
import { spawnSync } from 'node:child_process'
import { findNode, tooOld } from './node-24.mjs'

const node = findNode()
if (node === undefined) {
  console.error(tooOld)
  process.exit(1)
}
const { status, signal } = spawnSync(node, process.argv.slice(2), { stdio: 'inherit' })
process.exit(signal === null ? (status ?? 1) : 1)
