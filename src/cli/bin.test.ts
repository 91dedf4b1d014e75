import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { packageRoot, packageVersion } from '../config.ts'

const script = join(packageRoot(), 'bin', 'sluice.mjs')

/** Runs a script with Node and resolves with what it said; `before` runs code ahead of it. */
function node(args: readonly string[], options: { before?: string; onStart?: (pid: number) => void } = {}) {
  const { before } = options
  let { onStart } = options
  const preload = before === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(before)}`]
  return new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [...preload, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
      onStart?.(child.pid!)
      onStart = undefined
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
}

const asOldNode = `Object.defineProperty(process.versions, 'node', { value: '16.20.2' })`

/** A package of its own whose only program is the script, and a stand-in for the Node that came with it. */
async function packageWith(t: TestContext, { program, bundledNode }: { program?: string; bundledNode?: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bin-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const root = join(folder, 'node_modules', 'sluiceworks')
  await mkdir(join(root, 'bin'), { recursive: true })
  await copyFile(script, join(root, 'bin', 'sluice.mjs'))
  await writeFile(join(root, 'package.json'), '{"name":"sluiceworks","version":"9.8.7","type":"module"}')
  if (program !== undefined) {
    await mkdir(join(root, 'dist'))
    await writeFile(join(root, 'dist', 'cli.js'), program)
  }
  if (bundledNode !== undefined) {
    // Hoisted beside the package, as npm does it.
    const bin = join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin')
    await mkdir(bin, { recursive: true })
    await writeFile(join(bin, 'node'), bundledNode)
    await chmod(join(bin, 'node'), 0o755)
  }
  return join(root, 'bin', 'sluice.mjs')
}

test('--version is answered by the door itself, on any Node, from package.json', async (t) => {
  const own = await node([script, '--version'])
  assert.deepEqual([own.code, own.out], [0, `sluice ${packageVersion()}\n`])
  const bare = await packageWith(t, {})
  for (const flag of ['--version', '-V'])
    assert.equal((await node([bare, flag], { before: asOldNode })).out, 'sluice 9.8.7\n')
})

test('--version takes at most 120 ms of processor', async () => {
  const report = `process.on('exit', () => { const u = process.cpuUsage(); console.error((u.user + u.system) / 1000) })`
  const times: number[] = []
  // Sequential: they must not disturb one another. What else the machine does makes some of them slow.
  while (times.length < 8 && !times.some((ms) => ms <= 120))
    times.push(Number((await node([script, '--version'], { before: report })).err))
  assert.ok(Math.min(...times) <= 120, `${times.join(', ')} ms`)
})

test('the door is written so that Node 12 can read it', async () => {
  const source = await readFile(script, 'utf8')
  assert.doesNotMatch(source, /\?\.|\?\?|^await |from 'node:|#[a-z]+\s*[=(]|\|\|=|&&=/m)
})

test('an old Node without a newer one beside it gets one line that says what to install', async (t) => {
  const bare = await packageWith(t, { program: '' })
  const { code, out, err } = await node([bare, 'status'], { before: asOldNode })
  assert.deepEqual([code, out], [2, ''])
  assert.match(
    err,
    /^error: Node 16\.20\.2 is too old for sluice .* install Node 22\.18 or newer, then run this again\.\n$/,
  )
})

const isLinux = process.platform === 'linux'

test(
  'an old Node hands over to the one that came along: same arguments, output and exit code',
  { skip: !isLinux },
  async (t) => {
    const bundledNode = `#!/bin/sh\nshift\nfor argument in "$@"; do echo "<$argument>"; done\necho said >&2\nexit 5\n`
    const path = await packageWith(t, { bundledNode })
    const { code, out, err } = await node([path, 'run', 'a b.yml', '$(touch pwned)'], { before: asOldNode })
    assert.deepEqual([code, out, err], [5, '<run>\n<a b.yml>\n<$(touch pwned)>\n', 'said\n'])
  },
)

// Programs of Node: a shell could not undo it if this test were started with the signal ignored.
const standIn = (code: string) =>
  `#!${process.execPath}\n${code}\nconsole.log('ready')\nsetTimeout(() => undefined, 20000)\n`

for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGINT', 2],
] as const) {
  test(`${signal} reaches the program behind an old Node, and its end is the door's`, { skip: !isLinux }, async (t) => {
    const kill = (pid: number) => process.kill(pid, signal)
    const bundledNode = standIn(`process.on('${signal}', () => { console.log('got it'); process.exit(7) })`)
    const graceful = await node([await packageWith(t, { bundledNode })], { before: asOldNode, onStart: kill })
    assert.deepEqual([graceful.code, graceful.out], [7, 'ready\ngot it\n'])
    const deaf = await packageWith(t, { bundledNode: standIn('') })
    assert.equal((await node([deaf], { before: asOldNode, onStart: kill })).code, 128 + number)
  })
}

test('what was written is written although the program ends at once, and its exit code is the command’s', async (t) => {
  const program = `export async function runCommandLine() {
    setInterval(() => undefined, 1000)
    process.stdout.write('x'.repeat(1_000_000))
    return 3
  }`
  const { code, out } = await node([await packageWith(t, { program })])
  assert.deepEqual([code, out.length], [3, 1_000_000])
})

test('an installation without a program says so', async (t) => {
  const { code, err } = await node([await packageWith(t, {}), 'status'])
  assert.equal(code, 2)
  assert.match(err, /has no program in it: install it again/)
})

test('a server starts with a bound for its young objects, as the process that was started', async (t) => {
  if (process.execve === undefined) return t.skip('this Node cannot become another')
  const program =
    'export async function runCommandLine(args) { console.log(JSON.stringify([process.execArgv, args, process.pid])); return 3 }'
  const own = await packageWith(t, { program })
  let pid: number | undefined
  const up = await node([own, 'up', '--data', 'a b'], { onStart: (started) => (pid = started) })
  assert.equal(up.code, 3)
  assert.deepEqual(JSON.parse(up.out), [['--max-semi-space-size=16'], ['up', '--data', 'a b'], pid])
  const other = await node(['--max-semi-space-size=8', own, 'up'])
  assert.deepEqual((JSON.parse(other.out) as unknown[])[0], ['--max-semi-space-size=8'])
  assert.deepEqual((JSON.parse((await node([own, 'status'])).out) as unknown[])[0], [])
})

test('a command that asks the server does not load what it does not use: Node’s own fetch', async () => {
  const client = new URL('link/rest-client.ts', import.meta.url).href
  const loaded = `process.moduleLoadList.some((name) => name.includes('undici'))`
  const { out } = await node(['--input-type=module', '-e', `await import('${client}'); console.log(${loaded})`])
  assert.equal(out, 'false\n')
})
