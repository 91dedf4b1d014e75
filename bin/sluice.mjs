#!/usr/bin/env node
// The door of the command `sluice`. It runs, and can be read, on any Node since 12: it answers --version by itself, and
// where the running Node is too old for the program it hands over to the one that came with the dependencies.
import { existsSync, readFileSync, readdirSync, statSync } from 'fs'
import { dirname, join } from 'path'
import { fileURLToPath, pathToFileURL } from 'url'

const script = fileURLToPath(import.meta.url)
const root = dirname(dirname(script))
const args = process.argv.slice(2)

if (args[0] === '--version' || args[0] === '-V') {
  console.log(`sluice ${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}`)
} else if (isNewEnough(process.versions.node)) {
  runHere()
} else {
  runWith(bundledNode())
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

// Beside the package, or further up where npm has hoisted it.
function bundledNode() {
  if (process.platform !== 'linux') return undefined
  for (let folder = root; ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
    if (existsSync(node)) return node
    if (folder === dirname(folder)) return undefined
  }
}

async function runWith(node) {
  if (node === undefined) {
    console.error(
      `error: Node ${process.versions.node} is too old for sluice and no newer one came with it: ` +
        'install Node 22.18 or newer, then run this again.',
    )
    process.exitCode = 2
    return
  }
  const { spawn } = await import('child_process')
  const { constants } = await import('os')
  const child = spawn(node, [script, ...args], { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; the child takes two within a moment for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`error: ${node} does not start: ${error.message}`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]))
}

// V8 gives new objects up to 128 MB on a machine with much memory, and looks which are still needed when that is full: a
// server that stays would hold mostly what nobody needs. With much less than this, though, what a large answer is made of
// counts as old before it is written, and is held for longer: pages of 1,000 runs took 190 MB with 8 and 120 MB with 16.
// Only a flag at the start limits it; the process stays the same one.
function withSmallNursery() {
  const isServer = args.includes('up') && process.execve !== undefined && process.platform !== 'win32'
  const flag = '--max-semi-space-size=16'
  if (!isServer || process.execArgv.some((given) => given.includes('semi-space'))) return
  process.execve(process.execPath, [process.execPath, ...process.execArgv, flag, script, ...args], process.env)
}

async function runHere() {
  withSmallNursery()
  const entry = entryPoint()
  if (entry === undefined) {
    console.error('error: this installation of sluice has no program in it: install it again, or run npm run build.')
    process.exitCode = 2
    return
  }
  // Compiled code is kept per user: in a folder that others can write to, they could put theirs.
  const { enableCompileCache } = await import('module')
  const home = process.env.HOME
  const cacheHome = process.env.XDG_CACHE_HOME || (home && join(home, '.cache'))
  const cache = process.env.SLUICE_CACHE || (cacheHome && join(cacheHome, 'sluiceworks'))
  if (cache) enableCompileCache(join(cache, 'compiled'))
  const { runCommandLine } = await import(pathToFileURL(entry).href)
  const code = await runCommandLine(args)
  // What was written to a pipe is on its way; once it has left, nothing that still ticks holds the command up.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

// The bundle, unless this is a source tree that has changed since it was made.
function entryPoint() {
  const source = join(root, 'src', 'cli', 'command-line.ts')
  const bundle = join(root, 'dist', 'cli.js')
  if (!existsSync(source)) return existsSync(bundle) ? bundle : undefined
  return existsSync(bundle) && newestIn(join(root, 'src')) < statSync(bundle).mtimeMs ? bundle : source
}

function newestIn(folder) {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) newest = Math.max(newest, newestIn(path))
    else if (entry.name.endsWith('.ts') && !entry.name.includes('.test'))
      newest = Math.max(newest, statSync(path).mtimeMs)
  }
  return newest
}
