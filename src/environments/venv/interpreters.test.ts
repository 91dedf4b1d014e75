import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parsePythonWish } from '../python-wish.ts'
import { choosePython } from './choose-python.ts'
import type { ChosenPython } from './choose-python.ts'
import { Interpreters, parseAnswer } from './interpreters.ts'
import { temporaryFolder, workshopIn } from './lab.test-support.ts'

const folder = temporaryFolder()
after(() => rm(folder, { recursive: true, force: true }))
let machines = 0

/** A machine whose PATH holds executables that answer like the given Pythons; `broken` ones fail like a pyenv shim. */
function machine(pythons: Readonly<Record<string, string>>, more: Record<string, string> = {}): Interpreters {
  const root = join(folder, String(++machines))
  mkdirSync(root)
  for (const [name, version] of Object.entries(pythons)) {
    const path = join(root, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(
      path,
      version === 'broken' ? '#!/bin/sh\nexit 127\n' : answering(`cpython ${version} linux-x86_64 - ${path}`),
    )
    chmodSync(path, 0o755)
  }
  const workshop = workshopIn(folder, {
    PATH: `relative:/nonexistent:${root}`,
    PYENV_ROOT: join(root, 'pyenv'),
    HOME: root,
    ...more,
  })
  return new Interpreters(workshop)
}

function answering(text: string): string {
  return `#!/bin/sh\necho '${text}'\n`
}

async function chosen(interpreters: Interpreters, wish?: string): Promise<readonly [string, boolean]> {
  const choice = await choose(interpreters, wish)
  return [choice.interpreter.version, choice.isWished]
}

function choose(interpreters: Interpreters, wish?: string): Promise<ChosenPython> {
  return choosePython(interpreters, wish === undefined ? undefined : parsePythonWish(wish))
}

test('python3 of PATH is used when nothing else is asked for', async () => {
  assert.deepEqual(await chosen(machine({ python3: '3.11.7', 'python3.13': '3.13.0' })), ['3.11.7', true])
})

test('python is used where there is no python3', async () => {
  assert.deepEqual(await chosen(machine({ python: '3.12.1' })), ['3.12.1', true])
})

test('a python3 older than 3.10 is passed over for a newer one, but is used when asked for', async () => {
  const old = machine({ python3: '3.8.18', 'python3.12': '3.12.1' })
  assert.deepEqual(await chosen(old), ['3.12.1', true])
  assert.deepEqual(await chosen(old, '3.8'), ['3.8.18', true])
})

test('the wished version is found by name on PATH, among those of pyenv and among those of uv', async () => {
  const rich = machine({
    python3: '3.11.7',
    'python3.12': '3.12.1',
    'pyenv/versions/3.10.13/bin/python3': '3.10.13',
    '.local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python3': '3.13.0',
  })
  assert.deepEqual(await chosen(rich, '3.12'), ['3.12.1', true])
  assert.deepEqual(await chosen(rich, '3.10.4'), ['3.10.13', true])
  assert.deepEqual(await chosen(rich, '3.13'), ['3.13.0', true])
})

test('in a range python3 is used if it fits, else the newest that does', async () => {
  const rich = machine({ python3: '3.11.7', 'python3.10': '3.10.13', 'python3.12': '3.12.1', 'python3.13': '3.13.0' })
  assert.deepEqual(await chosen(rich, '>=3.10,<3.12'), ['3.11.7', true])
  assert.deepEqual(await chosen(rich, '>=3.12'), ['3.13.0', true])
})

test('an executable that fails when asked, as a pyenv shim does, is no Python', async () => {
  assert.deepEqual(await chosen(machine({ python3: '3.11.7', 'python3.12': 'broken' }), '3.12'), ['3.11.7', false])
})

test('without the wished version the nearest from 3.10 on stands in, the older of two, with a note', async () => {
  const rich = machine({ python3: '3.13.0', 'python3.9': '3.9.18', 'python3.11': '3.11.7' })
  assert.deepEqual(await chosen(rich, '3.8'), ['3.11.7', false])
  assert.deepEqual(await chosen(rich, '3.12'), ['3.11.7', false])
  assert.equal((await choose(rich, '3.8')).note, 'Python 3.8 is not on this machine: Python 3.11.7 is used')
  assert.equal((await choose(rich, '<3.9')).note, 'a Python <3.9 is not on this machine: Python 3.11.7 is used')
})

test('a machine without a Python of 3.10 or newer fails with what was found and what to do', async () => {
  const error = { code: 'environment-failed', hint: /apt install python3/ }
  await assert.rejects(choose(machine({})), { ...error, message: /none was found\.$/ })
  await assert.rejects(choose(machine({ python3: '3.9.2' }), '3.12'), {
    ...error,
    message: /found: 3\.9\.2 \(Python 3\.12 is asked for\)/,
  })
})

test('the preferred interpreter comes first', async () => {
  const workshop = workshopIn(folder, { PATH: '' })
  const path = join(folder, 'preferred')
  writeFileSync(path, answering(`cpython 3.12.9 linux-x86_64 - ${path}`))
  chmodSync(path, 0o755)
  assert.deepEqual(await chosen(new Interpreters({ ...workshop, preferred: path })), ['3.12.9', true])
})

test('the python3 of PATH says where it really is', async () => {
  const found = await new Interpreters(workshopIn(folder)).ofPath()
  assert.ok(found !== undefined && found.minor >= 8, 'the tests need a python3')
  assert.match(found.platform, /^(linux|darwin)-\w+/)
  assert.match(found.path, /^\//)
})

for (const [answer, why] of [
  ['pypy 3.10.14 linux-x86_64 - /x', 'PyPy'],
  ['cpython 3.13.0 linux-x86_64 t /x', 'a free-threaded build'],
  ['cpython 2.7.18 linux2-x86_64 - /x', 'Python 2'],
  ['', 'silence'],
]) {
  test(`${why} is no interpreter for us`, () => {
    assert.equal(parseAnswer(answer!), undefined)
  })
}
