// Packages of npm that tests bring along and the program does not depend on: installed once, without their scripts, into
// the system's temporary folder.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A folder `node_modules` with these packages. */
export async function nodePackages(packages) {
  const name = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 16)
  const folder = join(tmpdir(), `sluice-test-cache-${userInfo().username}`, `node-${name}`)
  const modules = join(folder, 'node_modules')
  if (existsSync(modules)) return modules
  const aside = `${folder}.${process.pid}`
  await mkdir(aside, { recursive: true })
  await writeFile(join(aside, 'package.json'), '{"private": true}')
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', aside, ...packages])
  // Another process may have been first; either has the same in it.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }))
  return modules
}
