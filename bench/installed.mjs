// The program as npm installs it. A source tree looks before every command whether a source is newer than what was built:
// 17 ms of CPU that nobody but its authors pays.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startServer } from './measure.mjs'

const root = join(import.meta.dirname, '..')

/** Builds the program and lays it into `folder`; the path of its command. It has run once, so its code is compiled. */
export async function installSluice(folder) {
  checked([join(root, 'scripts', 'build.mjs')])
  const place = join(folder, 'installed')
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const file of ['package.json', ...files]) {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    cpSync(join(root, file), join(place, file), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  const sluice = join(place, 'bin', 'sluice.mjs')
  const yaml = join(folder, 'first.yml')
  writeFileSync(yaml, 'type: pipeline\njobs:\n  s: {type: command, command: "true"}\n')
  const data = join(folder, 'first-store')
  const server = await startServer(sluice, data)
  for (const json of [['--json'], []]) checked([sluice, 'run', yaml, '--data', data, ...json])
  await server.stop()
  return sluice
}

function checked(args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${stderr}`)
}
