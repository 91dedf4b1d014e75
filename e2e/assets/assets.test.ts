import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'

const sluice = join(import.meta.dirname, '../../bin/sluice.mjs')

interface Ran {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly err: string
}

interface Lab {
  readonly folder: string
  write(files: Readonly<Record<string, string>>): void
  run(args: readonly string[], more?: { readonly crashAt?: string; readonly killAfterMs?: number }): Promise<Ran>
  /** The answer of a command that is to succeed. */
  json<Answer>(...args: readonly string[]): Promise<Answer>
}

function openLab(t: TestContext): Lab {
  const home = mkdtempSync(join(tmpdir(), 'sluice-e2e-assets-'))
  const folder = join(home, 'work')
  mkdirSync(folder)
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const environment = { HOME: home, PATH: process.env['PATH'] ?? '', SLUICE_DATA: join(home, 'data'), SLUICE_PORT: '0' }
  const lab: Lab = {
    folder,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    },
    run: (args, { crashAt, killAfterMs } = {}) =>
      new Promise((resolve) => {
        const env = { ...environment, ...(crashAt !== undefined && { SLUICE_CRASH_AT: crashAt }) }
        const child = execFile(process.execPath, [sluice, ...args], { cwd: folder, env }, (_error, out, err) =>
          resolve({ code: child.exitCode, signal: child.signalCode, out, err }),
        )
        if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs)
      }),
    async json<Answer>(...args: readonly string[]) {
      const { code, out, err } = await lab.run([...args, '--json'])
      assert.equal(code, 0, `${args.join(' ')}: ${err}${out}`)
      return JSON.parse(out) as Answer
    },
  }
  return lab
}

const component = `
type: command
name: train
version: 1
inputs: {rows: {type: uri_file}}
outputs: {model: {type: custom_model}, score: {type: uri_file}}
code: ./src
command: sh train.sh \${{inputs.rows}} \${{outputs.model}} \${{outputs.score}}
`
const pipeline = `
type: pipeline
experiment_name: assets
jobs:
  train:
    component: azureml:train@latest
    inputs: {rows: {type: uri_file, path: azureml:rows@latest}}
    outputs:
      model: {name: net}
      score: {name: scores}
`
const files = {
  'rows.csv': 'a,b\n1,2\n',
  'data.yml': 'name: rows\ntype: uri_file\npath: ./rows.csv\n',
  'train.yml': component,
  'src/train.sh': 'cp "$1" "$2"/weights.bin && echo 0.9 > "$3"\n',
  'pipeline.yml': pipeline,
}

test('a pipeline of registered parts runs when their files are gone, and registers what it makes', async (t) => {
  const lab = openLab(t)
  lab.write(files)
  assert.match((await lab.run(['data', 'create', '-f', 'data.yml'])).out, /Created the data asset azureml:rows:1/)
  await lab.json('component', 'create', '--file', 'train.yml')
  for (const name of ['rows.csv', 'src', 'train.yml']) rmSync(join(lab.folder, name), { recursive: true })
  const first = await lab.run(['run', 'pipeline.yml'])
  assert.equal(first.code, 0, first.err)
  const again = await lab.run(['run', 'pipeline.yml'])
  assert.match(again.out, /1 reused/)
  const scores = await lab.json<{ versions: { version: string }[] }>('data', 'show', 'scores')
  assert.deepEqual(
    scores.versions.map(({ version }) => version),
    ['1'],
  )
  const net = await lab.json<{ versions: { version: string; tags: Record<string, string> }[] }>('model', 'show', 'net')
  assert.deepEqual(
    net.versions.map(({ version, tags }) => [version, tags['sluice.type']]),
    [['1', 'custom_model']],
  )
  const wrong = await lab.run(['plan', 'pipeline.yml', '--set', 'jobs.train.inputs.rows=azureml:row:1'])
  assert.equal(wrong.code, 3)
  assert.match(wrong.err, /no data asset "row".*Did you mean azureml:rows\?/s)
})

test('labels, archiving, changing and deleting by the command line', async (t) => {
  const lab = openLab(t)
  lab.write(files)
  await lab.json('data', 'create', '--name', 'rows', '--type', 'uri_file', '--path', 'rows.csv')
  lab.write({ 'rows.csv': 'a,b\n3,4\n' })
  await lab.json('data', 'create', 'data.yml', '--set', 'tags.team=risk')
  const updated = await lab.json<{ labels: string[]; tags: object }>(
    ...['data', 'update', 'rows:1', '--add-label', 'prod', '--set', 'tags.note=old', '--description', 'first rows'],
  )
  assert.deepEqual([updated.labels, updated.tags], [['prod'], { note: 'old' }])
  await lab.json('data', 'archive', '--name', 'rows', '--version', '2')
  const latest = await lab.json<{ version: string; description: string }>('data', 'show', 'rows@latest')
  assert.deepEqual([latest.version, latest.description], ['1', 'first rows'])
  await lab.json('data', 'download', '--name', 'rows', '--label', 'prod', '--download-path', 'out')
  assert.equal(readFileSync(join(lab.folder, 'out/rows.csv'), 'utf8'), files['rows.csv'])
  const twice = await lab.run(['data', 'download', 'rows:1', '-p', 'out'])
  assert.deepEqual([twice.code, /nothing was downloaded/.test(twice.err)], [5, true])
  assert.equal((await lab.run(['data', 'delete', 'rows'])).code, 2)
  await lab.json('data', 'delete', 'rows:2')
  await lab.json('data', 'delete', 'rows', '--all')
  assert.deepEqual(await lab.json('data', 'list', '--include-archived'), { items: [] })
  assert.equal((await lab.run(['data', 'show', 'rows'])).code, 3)
  assert.match((await lab.run(['--version'])).out, /^sluice \d/)
})

test('a server killed between the end of a step and its registration registers afterwards, once', async (t) => {
  const lab = openLab(t)
  lab.write(files)
  await lab.json('data', 'create', '-f', 'data.yml')
  await lab.json('component', 'create', '-f', 'train.yml')
  const crashed = await lab.run(['run', 'pipeline.yml'], { crashAt: 'end-stored' })
  assert.notEqual(crashed.code, 0)
  // Any command that opens the store takes up what was left.
  await lab.json('data', 'update', 'rows:1', '--set', 'tags.seen=yes')
  const net = await lab.json<{ versions: unknown[] }>('model', 'show', 'net')
  const scores = await lab.json<{ versions: unknown[] }>('data', 'show', 'scores')
  assert.deepEqual([net.versions.length, scores.versions.length], [1, 1])
})

test('gc removes what was deleted and nothing else, also when it is killed', async (t) => {
  const lab = openLab(t)
  lab.write(files)
  for (let index = 0; index < 40; index++) {
    lab.write({ [`gone/${index}.bin`]: `${index} `.repeat(8000), [`kept/${index}.bin`]: `${index}-`.repeat(8000) })
  }
  await lab.json('data', 'create', '--name', 'gone', '--path', 'gone')
  await lab.json('data', 'create', '--name', 'kept', '--path', 'kept')
  await lab.json('data', 'create', '-f', 'data.yml')
  await lab.json('component', 'create', '-f', 'train.yml')
  assert.equal((await lab.run(['run', 'pipeline.yml'])).code, 0)
  await lab.json('data', 'delete', 'gone:1')
  const dry = await lab.json<{ size_bytes: number }>('gc', '--dry-run')
  assert.ok(dry.size_bytes > 40 * 16_000, String(dry.size_bytes))
  for (const killAfterMs of [250, 400, 550]) await lab.run(['gc'], { killAfterMs })
  await lab.json('gc')
  assert.equal((await lab.json<{ size_bytes: number }>('gc', '--dry-run')).size_bytes, 0)
  await lab.json('data', 'download', 'kept', '-p', 'out')
  for (let index = 0; index < 40; index++)
    assert.equal(readFileSync(join(lab.folder, `out/kept/${index}.bin`), 'utf8'), `${index}-`.repeat(8000))
  assert.match((await lab.run(['run', 'pipeline.yml'])).out, /1 reused/)
})

test('a file of the web is fetched once, asked for again, and read from its stand-in without a network', async (t) => {
  const lab = openLab(t)
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers['if-none-match'] ?? '-')
    if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end()
    return response.writeHead(200, { etag: '"1"' }).end('from the web')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.csv`
  const job = `command: cat \${{inputs.x}}\ninputs: {x: {type: uri_file, path: "${url}"}}\n`
  lab.write({ 'job.yml': job, 'stand-in.csv': 'from the web' })
  assert.equal((await lab.run(['run', 'job.yml'])).code, 0)
  assert.match((await lab.run(['run', 'job.yml'])).out, /1 reused/)
  assert.deepEqual(asked, ['-', '"1"'])
  await new Promise((resolve) => server.close(resolve))
  const unreachable = await lab.run(['run', 'job.yml'])
  assert.match(unreachable.err, /cannot be fetched: .*url_overrides in the config file/s)
  mkdirSync(join(lab.folder, '../.config/sluiceworks'), { recursive: true })
  const config = JSON.stringify({ url_overrides: { [url]: join(lab.folder, 'stand-in.csv') } })
  writeFileSync(join(lab.folder, '../.config/sluiceworks/config.json'), config)
  const mapped = await lab.run(['run', 'job.yml'])
  assert.match(mapped.out, /completed/, mapped.err)
})
