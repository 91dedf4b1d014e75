import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { choosePython } from '../choose-python.ts'
import { Interpreters } from '../interpreters.ts'
import { temporaryFolder, workshopIn } from '../lab.test-support.ts'
import { findUv } from './uv-tool.ts'
import type { Workshop } from './uv-tool.ts'

const folder = temporaryFolder()
after(() => rm(folder, { recursive: true, force: true }))
let caches = 0

async function python(): Promise<string> {
  return (await choosePython(new Interpreters(workshopIn(folder)))).interpreter.path
}

/** A machine with the given programs on PATH and an empty cache; they are shell scripts. */
function machine(programs: Readonly<Record<string, string>>, log: string[] = []): Workshop {
  const root = join(folder, String(++caches))
  const bin = join(root, 'bin')
  mkdirSync(bin, { recursive: true })
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const cache = join(root, 'cache')
  mkdirSync(cache)
  return { ...workshopIn(cache, { ...process.env, PATH: bin }), log: (line) => log.push(line) }
}

test('the uv of PATH is used when it is recent enough', async () => {
  const log: string[] = []
  const { path } = await findUv(machine({ uv: 'echo uv 0.9.1' }, log), python)
  assert.equal(path, 'uv')
  assert.deepEqual(log, [])
})

test('a uv of PATH that is too old is passed over, and one is installed from PyPI, once', async () => {
  const log: string[] = []
  const workshop = machine({ uv: 'echo uv 0.4.30' }, log)
  const { path } = await findUv(workshop, python)
  assert.equal(path, join(workshop.folder, 'tools', 'uv', 'bin', 'uv'))
  assert.match(execFileSync(path, ['--version'], { encoding: 'utf8' }), /^uv \d/)
  assert.equal((await findUv(workshop, python)).path, path)
  assert.equal(log.length, 1)
  assert.deepEqual(readdirSync(join(workshop.folder, 'tools')), ['uv'])
})

/** Stands for a python3 whose pip installs a uv that answers with its version. */
const quickPython = `
if [ "$3" = install ]; then
  /bin/mkdir -p "$8/bin"
  printf '#!/bin/sh\\necho uv 0.9.1\\n' > "$8/bin/uv"
  /bin/chmod +x "$8/bin/uv"
fi`

test('a uv of PATH that fails, as a pyenv shim does, is passed over, and so is a broken one in the cache', async () => {
  const workshop = machine({ uv: 'exit 127', python3: quickPython })
  const kept = join(workshop.folder, 'tools', 'uv')
  mkdirSync(kept, { recursive: true })
  writeFileSync(join(kept, 'torn'), '')
  mkdirSync(join(workshop.folder, 'tools', 'uv.999999999-1', 'bin'), { recursive: true }) // Of a killed installation.
  const { path } = await findUv(workshop, () => Promise.resolve('python3'))
  assert.equal(path, join(kept, 'bin', 'uv'))
  assert.equal(existsSync(join(kept, 'torn')), false)
  assert.deepEqual(readdirSync(join(workshop.folder, 'tools')), ['uv'])
})

test('several at once leave one working uv', async () => {
  const workshop = machine({ python3: quickPython })
  const tools = await Promise.all([1, 2, 3].map(() => findUv(workshop, () => Promise.resolve('python3'))))
  assert.equal(new Set(tools.map(({ path }) => path)).size, 1)
  assert.match(execFileSync(tools[0]!.path, ['--version'], { encoding: 'utf8' }), /^uv 0\.9\.1/)
  assert.deepEqual(readdirSync(join(workshop.folder, 'tools')), ['uv'])
})

test('a Python without pip installs uv through a virtual environment', async () => {
  const bare = join(folder, 'bare')
  execFileSync(await python(), ['-m', 'venv', '--without-pip', bare])
  const workshop = machine({})
  const { path } = await findUv(workshop, () => Promise.resolve(join(bare, 'bin', 'python')))
  assert.match(execFileSync(path, ['--version'], { encoding: 'utf8' }), /^uv \d/)
  assert.deepEqual(readdirSync(join(workshop.folder, 'tools')), ['uv'])
})

test('a Python with neither pip nor ensurepip fails with what to install', async () => {
  const workshop = machine({ python3: 'exit 1' })
  await assert.rejects(
    findUv(workshop, () => Promise.resolve('python3')),
    {
      code: 'environment-failed',
      message: /python3 has neither pip nor ensurepip/,
      hint: /apt install python3-pip/,
    },
  )
  assert.deepEqual(readdirSync(join(workshop.folder, 'tools')), [])
})

test('a failing installation says so with the words of pip', async () => {
  const script = 'case "$3" in --version) exit 0;; *) echo "ERROR: no index today" >&2; exit 1;; esac'
  const workshop = machine({ python3: script })
  await assert.rejects(
    findUv(workshop, () => Promise.resolve('python3')),
    {
      code: 'environment-failed',
      message: 'pip could not install uv: no index today',
    },
  )
})

test("uv runs with the index and certificates of pip's configuration", async () => {
  const script = `[ "$3" = config ] && echo "global.index-url='https://index.example/simple'"`
  const workshop = machine({ uv: 'echo uv 0.9.1', python3: script })
  const { environment } = await findUv(workshop, () => Promise.resolve('python3'))
  assert.equal(environment['UV_DEFAULT_INDEX'], 'https://index.example/simple')
})
