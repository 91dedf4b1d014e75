import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { EnvironmentLock } from '../environment-builder.ts'
import { venvBuilder } from './index.ts'
import type { VenvBuilder, VenvBuilderOptions } from './index.ts'
import { buildUntil, recordedOptions, requirements, runPython, temporaryFolder, uvCalls } from './lab.test-support.ts'
import { pkg, writeIndex } from './uv/package-index.test-support.ts'
import type { IndexedPackage } from './uv/package-index.test-support.ts'

const folder = temporaryFolder()
const builders: VenvBuilder[] = []
after(async () => {
  await Promise.all(builders.map((builder) => builder.close()))
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})
let labs = 0

interface Lab {
  readonly root: string
  readonly options: VenvBuilderOptions
  readonly builder: VenvBuilder
  readonly lock: EnvironmentLock
  /** `environments/<digest>` of the lock. */
  readonly environment: string
}

/** A builder with an index and a cache of its own, and the lock of the package `a`. */
async function openLab(
  index: readonly IndexedPackage[] = pkg('a', '1'),
  variables: Record<string, string> = {},
): Promise<Lab> {
  // Not by chance: the tests that packages ship are not compiled, whatever the folders above are called.
  const root = join(folder, 'tests', String(++labs))
  mkdirSync(root, { recursive: true })
  const recorded = await recordedOptions(root)
  const baseEnvironment = {
    ...recorded.baseEnvironment,
    UV_DEFAULT_INDEX: writeIndex(root, index),
    HOME: root,
    ...variables,
  }
  const options = { ...recorded, baseEnvironment, uvCache: join(root, 'uv') }
  const builder = open(options)
  const lock = await builder.lock(requirements('a'))
  return { root, options, builder, lock, environment: join(root, 'cache', 'environments', lock.digest.slice(0, 32)) }
}

function open(options: VenvBuilderOptions): VenvBuilder {
  const builder = venvBuilder(options)
  builders.push(builder)
  return builder
}

/** A package index over HTTP, as a company has one. */
async function serveFolder(root: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = join(root, decodeURIComponent(request.url ?? '/'))
    const file = path.endsWith('/') ? join(path, 'index.html') : path
    response.statusCode = existsSync(file) ? 200 : 404
    response.setHeader('content-type', file.endsWith('.html') ? 'text/html' : 'application/octet-stream')
    response.end(existsSync(file) ? readFileSync(file) : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${port}/`, close }
}

const silent = (): void => undefined

test('a finished build leaves the environment and the file that says so, nothing else', async () => {
  const { builder, lock, environment } = await openLab()
  const lines: string[] = []
  const built = await builder.build(lock, (line) => lines.push(line))
  assert.deepEqual(readdirSync(environment).sort(), ['1', 'complete.json'])
  assert.deepEqual(built.path, [join(environment, '1', 'bin')])
  assert.deepEqual(built.variables, { VIRTUAL_ENV: join(environment, '1') })
  assert.match(lines[0]!, /^Building an environment with Python 3/)
  assert.ok(lines.includes(' + a==1'), lines.join('\n'))
  assert.match(lines.at(-1)!, /^The environment is ready after .*: Python 3\S+, 1 package\.$/)
})

test('a process waits for another one that builds, says so, and takes over when that dies', async () => {
  const { options, builder, lock, environment } = await openLab()
  const other = await buildUntil(options, lock, 'Compiling bytecode')
  const waiting = Promise.withResolvers<string>()
  const lines: string[] = []
  const built = builder.build(lock, (line) => {
    lines.push(line)
    waiting.resolve(line)
  })
  assert.match(await waiting.promise, /^Waiting for process \d+, which builds this environment\.$/)
  assert.equal(await builder.isBuilt(lock), false)
  await other.kill()
  assert.equal(await runPython(await built, 'import a; print(a.version)'), '1')
  assert.match(lines[1] ?? '', /^Building an environment/)
  assert.deepEqual(
    readdirSync(environment).filter((name) => /claim|owner/.test(name)),
    [],
  )
})

test('a process that dies right after completing leaves an environment that is used as it is', async () => {
  const { root, options, builder, lock } = await openLab()
  await (await buildUntil(options, lock, 'The environment is ready')).kill()
  assert.equal(await builder.isBuilt(lock), true)
  const built = await builder.build(lock, silent)
  assert.equal(await runPython(built, 'import a; print(a.version)'), '1')
  assert.equal(uvCalls(root).filter((call) => call.startsWith('venv')).length, 1)
})

test('what a killed build left behind is removed by the next one', async () => {
  const { options, builder, lock, environment } = await openLab()
  await (await buildUntil(options, lock, 'Compiling bytecode')).kill()
  assert.deepEqual(readdirSync(environment).sort(), ['1', '1.owner', 'claim'])
  writeFileSync(join(environment, '1', 'stray'), '')
  await builder.build(lock, silent)
  assert.deepEqual(readdirSync(environment).sort(), ['1', 'complete.json'])
  assert.equal(existsSync(join(environment, '1', 'stray')), false)
})

test('an environment whose Python has gone is built again', async () => {
  const { builder, lock, environment } = await openLab()
  await builder.build(lock, silent)
  rmSync(join(environment, '1', 'bin', 'python'))
  assert.equal(await builder.isBuilt(lock), false)
  const built = await builder.build(lock, silent)
  assert.deepEqual(built.path, [join(environment, '2', 'bin')])
  assert.equal(await runPython(built, 'import a; print(a.version)'), '1')
})

test('a kept lock builds although its index is gone when the cache has its packages', async () => {
  const { root, options, environment } = await openLab()
  const index = await serveFolder(join(root, 'simple'))
  const online = open({ ...options, baseEnvironment: { ...options.baseEnvironment, UV_DEFAULT_INDEX: index.url } })
  const lock = await online.lock(requirements('a', 'a>0'))
  await online.build(lock, silent)
  rmSync(environment, { recursive: true })
  await index.close()
  assert.equal(await runPython(await online.build(lock, silent), 'import a; print(a.version)'), '1')
})

test('a kept lock stays when newer versions appear, and is shared by definitions that are resolved alike', async () => {
  const { root, builder, lock } = await openLab()
  rmSync(join(root, 'simple'), { recursive: true })
  writeIndex(root, pkg('a', '1', '2'))
  assert.deepEqual(await builder.lock(requirements('a  # the same')), lock)
  assert.match((await builder.lock(requirements('a>1'))).requirements, /^a==2\n$/)
})

test('building from source sees no secret of the server', async () => {
  const { root, builder, lock } = await openLab([{ name: 'a', version: '1', tag: 'sdist' }], {
    SLUICE_SECRET: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  })
  assert.equal(await runPython(await builder.build(lock, silent), 'import a; print(a.version)'), '1')
  const seen = readFileSync(join(root, 'seen-by-build'), 'utf8').split('\n')
  assert.ok(seen.includes('PATH'), seen.join(' '))
  assert.deepEqual(
    seen.filter((name) => /SECRET|SLUICE/.test(name)),
    [],
  )
})

test('packages are compiled below a folder that is called tests, too', async () => {
  const { builder, lock } = await openLab()
  const built = await builder.build(lock, silent)
  const site = await runPython(built, 'import a, os; print(os.path.dirname(a.__file__))')
  assert.match(readdirSync(join(site, '__pycache__')).join(' '), /a\.cpython-3\d+\.pyc/)
})

test('an environment without packages is a plain Python', async () => {
  const { builder } = await openLab()
  const lock = await builder.lock(requirements())
  assert.equal(lock.requirements, '')
  assert.equal(await builder.isBuilt(lock), false)
  const built = await builder.build(lock, silent)
  assert.equal(await runPython(built, 'import sys; print(sys.prefix != sys.base_prefix)'), 'True')
})

test('a lock of a Python that this machine has not fails with what to do', async () => {
  const { builder, lock } = await openLab()
  await assert.rejects(
    builder.build({ ...lock, python: '3.99', digest: 'e'.repeat(64) as typeof lock.digest }, silent),
    {
      code: 'environment-failed',
      message: /resolved for Python 3\.99/,
      hint: /Install Python 3\.99/,
    },
  )
})

test('a definition that asks for no Python at all fails', async () => {
  const { builder } = await openLab()
  await assert.rejects(builder.lock({ ...requirements('a'), python: 'two' }), {
    code: 'environment-failed',
    message: 'The Python "two" of the requirements is no version of Python 3.',
  })
})

test('closing ends a build under way, which then counts as not built', async () => {
  const { options, lock, environment } = await openLab()
  const builder = venvBuilder(options)
  const started = Promise.withResolvers<void>()
  const building = builder.build(lock, () => started.resolve())
  const refused = assert.rejects(building, { code: 'environment-failed', message: /stopped, because the server stops/ })
  await started.promise
  await builder.close()
  await refused
  assert.equal(await open(options).isBuilt(lock), false)
  assert.deepEqual(readdirSync(environment), [])
})
