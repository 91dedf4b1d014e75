import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder } from '../artifacts/content-lab.test-support.ts'
import { settings } from '../config.ts'
import { openServer, type OpenServer } from '../main.ts'

interface Job {
  readonly name: string
  readonly status: string
  readonly status_detail?: string
  readonly step?: string
  readonly reused_from?: string
  readonly outputs: Readonly<Record<string, { readonly digest?: string }>>
}

interface Lab {
  readonly folder: string
  server: OpenServer
  call<Answer = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer>
  write(files: Readonly<Record<string, string>>): void
  /** Runs a job and resolves with its steps by name, its own row under ''. */
  run(yaml: string): Promise<Readonly<Record<string, Job>>>
  reopen(): Promise<void>
}

async function openLab(t: TestContext, config: object = {}): Promise<Lab> {
  const home = temporaryFolder(t)
  const folder = join(home, 'work')
  const environment = { HOME: home, PATH: process.env['PATH'] ?? '', SLUICE_PORT: '0' }
  mkdirSync(join(home, '.config/sluiceworks'), { recursive: true })
  writeFileSync(join(home, '.config/sluiceworks/config.json'), JSON.stringify(config))
  const open = () => openServer({ settings: settings({ environment, home, workingFolder: home }), environment })
  const lab: Lab = {
    folder,
    server: await open(),
    async call(method, path, body) {
      const response = await fetch(`${lab.server.url}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-sluice-local-token': lab.server.localToken },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const answer = (text === '' ? undefined : JSON.parse(text)) as { error?: { message: string; hint?: string } }
      if (!response.ok) throw new Error(`${answer.error!.message} (${answer.error!.hint})`)
      return answer as never
    },
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    },
    async run(yaml) {
      lab.write({ 'job.yml': yaml })
      const { name } = await lab.call<Job>('POST', '/api/v1/jobs', { file: join(folder, 'job.yml') })
      for (;;) {
        const root = await lab.call<Job>('GET', `/api/v1/jobs/${name}`)
        if (['Completed', 'Failed', 'Canceled'].includes(root.status)) {
          const { items } = await lab.call<{ items: Job[] }>('GET', `/api/v1/jobs/${name}/children`)
          return Object.fromEntries([['', root] as const, ...items.map((job) => [job.step!, job] as const)])
        }
        await delay(20)
      }
    },
    async reopen() {
      await lab.server.close()
      lab.server = await open()
    },
  }
  t.after(() => lab.server.close())
  return lab
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
/** A pipeline of steps that each copy one input; `type` is the input's. */
const copies = (
  inputs: Readonly<Record<string, { readonly path: string; readonly type?: string; readonly inside?: string }>>,
) =>
  `type: pipeline\njobs:\n${Object.entries(inputs)
    .map(
      ([step, { path, type = 'uri_file', inside = '' }]) => `  ${step}:
    command: cat \${{inputs.x}}${inside} > \${{outputs.o}}
    inputs: {x: {type: ${type}, path: "${path}"}}
    outputs: {o: {type: uri_file}}\n`,
    )
    .join('')}`

test('every form of reference leads to what it names', async (t) => {
  const lab = await openLab(t, { url_overrides: { 'https://example.com/data/': '../../work/mapped' } })
  lab.write({
    'rows.csv': 'rows 1',
    'folder/in/a.csv': 'in a folder',
    'lake/part/x.csv': 'in the lake',
    'mapped/b.csv': 'mapped',
    'model/weights.bin': 'weights',
  })
  const create = (plural: string, document: object) =>
    lab.call<{ version: string }>('POST', `/api/v1/${plural}`, { document, folder: lab.folder })
  await create('data', { name: 'rows', type: 'uri_file', path: 'rows.csv' })
  lab.write({ 'rows.csv': 'rows 2' })
  await create('data', { name: 'rows', type: 'uri_file', path: 'rows.csv' })
  await lab.call('PUT', '/api/v1/data/rows/labels/first', { version: '1' })
  await create('datastores', { name: 'lake', type: 'local_folder', path: 'lake' })
  await create('models', { name: 'net', type: 'custom_model', path: 'model' })
  await create('data', { name: 'net', type: 'uri_folder', path: 'lake' })
  const producer = await lab.run(`
type: pipeline
jobs:
  make:
    command: mkdir -p \${{outputs.o}}/in && echo -n made > \${{outputs.o}}/in/a.txt && echo -n kept > outputs/kept.txt
    outputs: {o: {type: uri_folder}}
`)
  const { name } = producer['make']!
  const jobs = await lab.run(
    copies({
      version: { path: 'azureml:rows:1' },
      label: { path: 'azureml:rows@latest' },
      own_label: { path: 'azureml:rows@first' },
      bare: { path: 'azureml:rows' },
      long: { path: 'azureml://data/rows/versions/1' },
      arm: { path: 'azureml:/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/data/rows/versions/1' },
      registry: { path: 'azureml://registries/shared/data/rows/versions/1' },
      datastore: { path: 'azureml://datastores/lake/paths/part/x.csv' },
      datastore_folder: { path: 'azureml://datastores/lake/paths/part/', type: 'uri_folder', inside: '/x.csv' },
      long_datastore: {
        path: 'azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/lake/paths/part/x.csv',
      },
      output: { path: `azureml://jobs/${name}/outputs/o`, type: 'uri_folder', inside: '/in/a.txt' },
      output_part: { path: `azureml://jobs/${name}/outputs/o/paths/in`, type: 'uri_folder', inside: '/a.txt' },
      output_file: { path: `azureml://jobs/${name}/outputs/o/paths/in/a.txt` },
      output_view: { path: `azureml://datastores/workspaceblobstore/paths/azureml/${name}/o/in/a.txt` },
      artifacts: { path: `azureml://jobs/${name}/outputs/artifacts/paths/outputs/kept.txt` },
      run: { path: `runs:/${name}/outputs/kept.txt` },
      artifact_view: {
        path: `azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.${name}/outputs/kept.txt`,
      },
      model: { path: 'azureml:net:1', type: 'custom_model', inside: '/weights.bin' },
      data_of_that_name: { path: 'azureml:net:1', type: 'uri_folder', inside: '/part/x.csv' },
      mlflow_model: { path: 'models:/net/1', type: 'custom_model', inside: '/weights.bin' },
      registry_model: {
        path: 'azureml://registries/shared/models/net/versions/1',
        type: 'custom_model',
        inside: '/weights.bin',
      },
      local: { path: 'file:./folder/in/a.csv' },
      mapped: { path: 'https://example.com/data/b.csv' },
    }),
  )
  const read = Object.fromEntries(Object.entries(jobs).map(([step, job]) => [step, job.outputs['o']?.digest]))
  const expected: Readonly<Record<string, readonly string[]>> = {
    'rows 1': ['version', 'own_label', 'long', 'arm', 'registry'],
    'rows 2': ['label', 'bare'],
    'in the lake': ['datastore', 'datastore_folder', 'long_datastore', 'data_of_that_name'],
    made: ['output', 'output_part', 'output_file', 'output_view'],
    kept: ['artifacts', 'run', 'artifact_view'],
    weights: ['model', 'mlflow_model', 'registry_model'],
    'in a folder': ['local'],
    mapped: ['mapped'],
  }
  for (const [text, steps] of Object.entries(expected))
    for (const step of steps) assert.equal(read[step], sha256(text), `${step}: ${jobs['']!.status_detail}`)
})

test('references that lead nowhere are all told of at once, with the nearest names', async (t) => {
  const lab = await openLab(t)
  lab.write({ 'rows.csv': 'x', 'plain/a.csv': 'x', 'linked/a.csv': 'x' })
  symlinkSync('a.csv', join(lab.folder, 'linked/to'))
  await lab.call('POST', '/api/v1/data', {
    document: { name: 'rows', type: 'uri_file', path: 'rows.csv' },
    folder: lab.folder,
  })
  lab.write({
    'job.yml': copies({
      a: { path: 'azureml:rowz:1' },
      b: { path: 'azureml://datastores/workspaceblobstor/paths/x' },
      c: { path: 'azureml://jobs/no_such_job/outputs/o' },
      d: { path: 'abfss://container@account/x' },
      e: { path: 'azureml:rows', type: 'uri_folder' },
      f: { path: 'runs:/some_run' },
      g: { path: `azureml://content/file/${'0'.repeat(64)}/x` },
      // One path, held against the type of each input that names it.
      h: { path: 'rows.csv', type: 'uri_folder' },
      i: { path: 'rows.csv', type: 'mltable' },
      j: { path: 'rows.csv' },
      k: { path: 'plain' },
      l: { path: 'linked' },
    }).replace(/( +)(l:\n)/, '$1$2$1$1code: no_code\n'),
  })
  const response = await fetch(`${lab.server.url}/api/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sluice-local-token': lab.server.localToken },
    body: JSON.stringify({ file: join(lab.folder, 'job.yml') }),
  })
  assert.equal(response.status, 404)
  const { error } = (await response.json()) as {
    error: { diagnostics: { message: string; hint?: string; at: { line: number }; frame: string }[] }
  }
  const lines = error.diagnostics.map(({ at }) => at.line)
  assert.deepEqual(
    lines,
    lines.toSorted((one, other) => one - other),
    'in the order of the file',
  )
  assert.match(error.diagnostics[0]!.frame, /azureml:rowz:1.*\n +\^/)
  const told = error.diagnostics.map(({ message, hint = '' }) => `${message} | ${hint}`).sort()
  const patterns = [
    /"a".*no data asset "rowz".*Did you mean azureml:rows\?/,
    /"b".*no datastore "workspaceblobstor".*Did you mean workspaceblobstore/,
    /"c".*no job "no_such_job"/,
    /"d".*cannot be read from here.*url_overrides/,
    /"e".*is a uri_folder, but azureml:rows is a file/,
    /"f".*without a path/,
    /"g".*no stored file/,
    /"h" is a uri_folder, but .*rows.csv is a file.*declare the input as uri_file/,
    /"i" is a mltable, but .*rows.csv is a file/,
    /"k" is a uri_file, but .* is a folder.*declare the input as uri_folder/,
    /"x" of step "l": .*linked.to is a symbolic link/,
    /^The code of step "l": .*no_code does not exist.*Relative paths/,
  ]
  assert.equal(told.length, patterns.length)
  for (const pattern of patterns)
    assert.ok(
      told.some((text) => pattern.test(text)),
      `${pattern}: ${told.join('\n')}`,
    )
})

const registering = (version = '') => `
type: pipeline
jobs:
  train:
    command: echo -n trained > \${{outputs.model}}/weights.bin && echo -n 0.9 > \${{outputs.score}}
    outputs:
      model: {type: custom_model, name: net${version}}
      score: {type: uri_file, name: scores${version}, path: "azureml://datastores/lake/paths/\${{name}}/score.txt"}
`

test('outputs become assets when their step completes, once, and go to their datastore, each time', async (t) => {
  const lab = await openLab(t)
  const lake = { name: 'lake', type: 'local_folder', path: 'lake' }
  await lab.call('POST', '/api/v1/datastores', { document: lake, folder: lab.folder })
  const first = await lab.run(registering())
  const again = await lab.run(registering())
  await lab.reopen()
  assert.equal(again['train']!.reused_from, first['train']!.name)
  const scores = await lab.call<{ versions: { version: string; properties: object }[] }>('GET', '/api/v1/data/scores')
  assert.deepEqual(
    scores.versions.map(({ version }) => version),
    ['1'],
  )
  assert.deepEqual(scores.versions[0]!.properties, { job: first['train']!.name, output: 'score' })
  const net = await lab.call<{ versions: { version: string; run_id: string }[] }>('GET', '/api/v1/models/net')
  assert.deepEqual(
    net.versions.map(({ version, run_id: run }) => [version, run]),
    [['1', first['train']!.name]],
  )
  for (const jobs of [first, again])
    assert.equal(readFileSync(join(lab.folder, 'lake', jobs['train']!.name, 'score.txt'), 'utf8'), '0.9')
})

test('what a component names and is not there is told at its place in the file of the component', async (t) => {
  const lab = await openLab(t)
  lab.write({
    'parts/train.yml': 'command: echo ${{inputs.rows}}\ncode: ./gone\ninputs:\n  rows: {type: uri_file}\n',
    'job.yml': `type: pipeline
inputs: {data: {type: uri_file, path: missing.csv}}
jobs:
  train: {component: ./parts/train.yml, inputs: {rows: '\${{parent.inputs.data}}'}}
`,
  })
  const response = await fetch(`${lab.server.url}/api/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sluice-local-token': lab.server.localToken },
    body: JSON.stringify({ file: join(lab.folder, 'job.yml') }),
  })
  const { error } = (await response.json()) as {
    error: { diagnostics: { message: string; at: { file: string; line: number; column: number } }[] }
  }
  assert.deepEqual(
    error.diagnostics.map(({ at: { file, line, column } }) => [relative(lab.folder, file), line, column]),
    [
      ['job.yml', 4, 56],
      ['parts/train.yml', 2, 7],
    ],
  )
})

test('a version that exists with other content does not undo the step, but is told of', async (t) => {
  const lab = await openLab(t)
  lab.write({ 'other.txt': 'other' })
  const lake = { name: 'lake', type: 'local_folder', path: 'lake' }
  await lab.call('POST', '/api/v1/datastores', { document: lake, folder: lab.folder })
  const other = { name: 'scores', version: '1', type: 'uri_file', path: 'other.txt' }
  await lab.call('POST', '/api/v1/data', { document: other, folder: lab.folder })
  const jobs = await lab.run(registering(', version: 1'))
  await lab.reopen()
  const { status, status_detail: detail } = await lab.call<Job>('GET', `/api/v1/jobs/${jobs['train']!.name}`)
  assert.equal(status, 'Completed')
  assert.match(detail!, /output "score" was not registered as scores: .*scores:1 exists with other content/)
  assert.equal((await lab.call<{ version_count: number }>('GET', '/api/v1/data/scores')).version_count, 1)
})

test('a step whose output cannot be delivered fails and says why', async (t) => {
  const lab = await openLab(t)
  lab.write({ lake: 'a file where the folder should be' })
  const lake = { name: 'lake', type: 'local_folder', path: 'lake' }
  await lab.call('POST', '/api/v1/datastores', { document: lake, folder: lab.folder })
  const { train } = await lab.run(registering())
  assert.equal(train!.status, 'Failed')
  await assert.rejects(
    lab.run(registering().replace('datastores/lake', 'datastores/lakes')),
    /no datastore "lakes".*Did you mean lake/,
  )
})

test('environments are found registered, curated and by alias of the config; others get the nearest name', async (t) => {
  const alias = { 'our-base': { python: '3.11', requirements: ['pip'] } }
  const lab = await openLab(t, { environment_aliases: alias })
  const environment = { name: 'mine', image: 'python:3.11' }
  await lab.call('POST', '/api/v1/environments', { document: environment, folder: lab.folder })
  const plan = (reference: string) => {
    lab.write({ 'job.yml': `command: echo hi\nenvironment: ${reference}\n` })
    return lab.call<{ steps: unknown[] }>('POST', '/api/v1/plan', { file: join(lab.folder, 'job.yml') })
  }
  await assert.rejects(plan('azureml:mien:1'), /neither registered nor in the table.*Did you mean mine/)
  await assert.rejects(plan('azureml:our-bas@latest'), /Did you mean our-base/)
  await assert.rejects(plan('azureml:mine:7'), /has no version "7"/)
  await assert.rejects(plan('azureml://datastores/x/paths/y'), /is not one that can be used/)
})

test('a job takes code and data of a git repository; a registered component keeps what they were', async (t) => {
  const lab = await openLab(t)
  lab.write({ 'r/src/add.sh': 'cat "$1" >"$2"; echo one >>"$2"', 'r/rows.txt': 'rows\n', 'component.yml': '' })
  const repository = join(lab.folder, 'r')
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=n', '-c', 'user.email=e@example.org', ...args])
  git('init', '--quiet', '--initial-branch=main')
  const commit = (message: string) => {
    git('add', '--all')
    git('commit', '--quiet', '--message', message)
  }
  commit('first')
  const uri = `git+file://${repository}@main#subdirectory`
  const component = {
    ...{ type: 'command', name: 'add', version: '1', command: 'sh add.sh ${{inputs.rows}} ${{outputs.rows}}' },
    ...{ inputs: { rows: { type: 'uri_file' } }, outputs: { rows: { type: 'uri_file' } }, code: `${uri}=src` },
  }
  await lab.call('POST', '/api/v1/components', { document: component, folder: lab.folder })
  const yaml = `
type: pipeline
jobs:
  fresh:
    command: sh add.sh \${{inputs.rows}} \${{outputs.rows}}
    code: ${uri}=src
    inputs: {rows: {type: uri_file, path: '${uri}=rows.txt'}}
    outputs: {rows: {type: uri_file}}
  kept:
    component: azureml:add:1
    inputs: {rows: {type: uri_file, path: '${uri}=rows.txt'}}
`
  const first = await lab.run(yaml)
  assert.deepEqual([first['fresh']!.status, first['kept']!.status], ['Completed', 'Completed'])
  const digest = (jobs: typeof first, step: string) => jobs[step]!.outputs['rows']!.digest
  lab.write({ 'r/README.md': 'nothing that a step sees' })
  commit('second')
  assert.ok((await lab.run(yaml))['fresh']!.reused_from !== undefined)
  lab.write({ 'r/src/add.sh': 'cat "$1" >"$2"; echo two >>"$2"' })
  commit('third')
  const third = await lab.run(yaml)
  assert.notEqual(digest(third, 'fresh'), digest(first, 'fresh'))
  assert.equal(digest(third, 'kept'), digest(first, 'kept'))
  await assert.rejects(lab.run(yaml.replaceAll('@main', '@nightly')), /has no branch, tag or commit "nightly"/)
})

test('what --set says reaches inputs and everything else of a file, and slips are told', async (t) => {
  const lab = await openLab(t)
  lab.write({ 'a.txt': 'a', 'b.txt': 'b' })
  lab.write({
    'job.yml': `
type: pipeline
inputs: {word: hello, rows: {type: uri_file, path: a.txt}}
jobs:
  say: {command: 'echo \${{inputs.word}}; cat \${{inputs.rows}}', inputs: {word: '\${{parent.inputs.word}}', rows: '\${{parent.inputs.rows}}'}}
`,
  })
  const submit = (overrides: Readonly<Record<string, string>>) =>
    lab.call<{ name: string; display_name: string; tags: object }>('POST', '/api/v1/jobs', {
      file: join(lab.folder, 'job.yml'),
      overrides,
    })
  const job = await submit({
    ...{ word: 'bye', 'inputs.rows.path': 'b.txt', display_name: 'March', 'tags.team': 'blue' },
    'jobs.say.limits.timeout': '60',
  })
  assert.deepEqual([job.display_name, job.tags], ['March', { team: 'blue' }])
  const { items } = await lab.call<{ items: { inputs: Record<string, { value?: string; uri?: string }> }[] }>(
    'GET',
    `/api/v1/jobs/${job.name}/children`,
  )
  const { word, rows } = items[0]!.inputs
  assert.deepEqual([word!.value, /b\.txt$/.test(rows!.uri!)], ['bye', true])
  await assert.rejects(submit({ wrod: 'x' }), /--set wrod: the job has no input "wrod".*Did you mean "?word/)
  await assert.rejects(submit({ 'jobs.say.limits.tymeout': '60' }), /tymeout/)
  await assert.rejects(submit({ 'jobs.sai.limits.timeout': '60' }), /there is no "sai"|no step "sai"/)
})
