import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openedServer } from './opened-server.test-support.ts'

/* What the pages of components and environments ask of a real server, about jobs that really ran. */

const { home, server } = await openedServer()

/** Every field of the answers that is looked at; which one has which, the tests know. */
interface Answer {
  readonly name: string
  readonly version: string
  readonly registry?: string
  readonly reference: string
  readonly status: string
  readonly state: string
  readonly detail: string
  readonly step: string
  readonly root: string
  readonly experiment_name: string
  readonly items: readonly Answer[]
  readonly built_in: readonly Answer[]
  readonly definition: Readonly<Record<string, unknown>>
  readonly versions: readonly Answer[]
  readonly pipelines: readonly Answer[]
  readonly properties: Readonly<Record<string, string>>
  readonly inputs: Readonly<Record<string, { readonly value: string }>>
  readonly job_count: number
  readonly failed_count: number
  readonly median_seconds?: number
  readonly build: { readonly status: string; readonly error: string }
  readonly text: string
  readonly next_offset: number
  readonly is_complete: boolean
  readonly error: { readonly code: string; readonly message: string; readonly diagnostics: readonly Answer[] }
}

async function ask(path: string, body?: object, headers = {}): Promise<Answer> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
  })
  return (await answer.json()) as Answer
}

const isLocal = { 'x-sluice-local-token': server.localToken }

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(home, name), text)
  return join(home, name)
}

async function ended(name: string): Promise<Answer> {
  for (;;) {
    const job = await ask(`/jobs/${name}`)
    if (['Completed', 'Failed', 'Canceled'].includes(job.status)) return job
    await delay(20)
  }
}

const component = (version: string) => `name: greet
version: '${version}'
type: command
inputs:
  text: {type: string, default: hello}
  times: {type: integer, min: 1, max: 3}
  loud: {type: boolean, optional: true}
  rides: {type: uri_file, optional: true}
command: "test \${{inputs.times}} -lt 3 && echo \${{inputs.text}} ${version}"
`

test('jobs tell which versions of a component they used, by its name, by a version, and how it went', async () => {
  for (const version of ['1', '2'])
    await ask('/components', { file: await write('greet.yml', component(version)) }, isLocal)
  const pipeline = `type: pipeline
display_name: greetings
jobs:
  first: {component: azureml:greet:1, inputs: {times: 1}}
  newest: {component: azureml:greet@latest, inputs: {times: 2}}
  own: {command: echo hi}
`
  const { name } = await ask('/jobs', { file: await write('job.yml', pipeline) }, isLocal)
  assert.equal((await ended(name)).status, 'Completed')
  const [use] = (await ask('/component-use')).items
  assert.deepEqual([use!.name, use!.job_count, use!.failed_count, use!.registry], ['greet', 2, 0, undefined])
  assert.ok(use!.median_seconds! > 0)
  assert.deepEqual(use!.versions.map(({ version }) => version).sort(), ['1', '2'])
  assert.deepEqual(
    use!.pipelines.map((one) => [one.name, one.job_count]),
    [['greetings', 2]],
  )
  const steps = async (query: string): Promise<string[]> =>
    (await ask(`/jobs?with_children=true&${query}`)).items.map(({ step }) => step).sort()
  assert.deepEqual(await steps('component=azureml:greet'), ['first', 'newest'])
  assert.deepEqual(await steps('component=azureml:greet:2'), ['newest'])
  assert.deepEqual(await steps('component=azureml:gree'), [])
  assert.deepEqual(await steps('component=azureml:Greet'), [])
  assert.deepEqual((await ask('/component-use?reference=azureml:nobody')).items, [])
})

test('a component is run alone with values from outside; whoever sends them names no file', async () => {
  const { name } = await ask('/components/greet/versions/@latest/jobs', {
    inputs: { text: 'good day', times: 1, loud: true },
    experiment_name: 'tries',
  })
  const job = await ended(name)
  assert.deepEqual([job.status, job.experiment_name], ['Completed', 'tries'])
  const [step] = (await ask(`/jobs/${name}/children`)).items
  assert.deepEqual([step!.properties['sluice.component'], step!.inputs['text']!.value], ['azureml:greet:2', 'good day'])
  const refused = await ask('/components/greet/versions/2/jobs', {
    inputs: { times: 4, text: '$(reboot)', rides: '/etc/passwd', nobody: 1 },
  })
  assert.equal(refused.error.code, 'invalid-request')
  for (const word of [/There is no parameter "nobody"/, /times/, /shell/, /reference of this store/])
    assert.match(refused.error.message, word)
  assert.match((await ask('/components/greet/versions/2/jobs', { inputs: {} })).error.message, /"times".*not given/)
  const missing = await ask('/components/greet/versions/2/jobs', { inputs: { times: 1, rides: 'azureml:rides:7' } })
  assert.match(missing.error.message, /rides/)
  const failed = await ask('/components/greet/versions/2/jobs', { inputs: { times: 3 } })
  assert.equal((await ended(failed.name)).status, 'Failed')
  const [use] = (await ask('/component-use?reference=azureml:greet')).items
  assert.deepEqual([use!.job_count, use!.failed_count], [4, 1])
})

test('lists show the components and environments of the program itself, marked, with the first page', async () => {
  const { items, built_in: own } = await ask('/components')
  assert.deepEqual(
    items.map(({ name }) => name),
    ['greet'],
  )
  const [tested] = own
  assert.deepEqual(
    [tested!.registry, tested!.name, tested!.reference],
    ['sluice', 'data_test', 'azureml://registries/sluice/components/data_test'],
  )
  assert.deepEqual(Object.keys(tested!.definition['inputs'] as object), ['tests', 'fail_on'])
  assert.equal((await ask('/components?page_token=ngreet')).built_in, undefined)
  const curated = (await ask('/environments')).built_in
  const sklearn = curated.find(({ name }) => name === 'sklearn-1.5')
  assert.equal(sklearn!.reference, 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest')
  assert.match(JSON.stringify(sklearn!.definition), /scikit-learn==1.5.2/)
  assert.equal((await ask('/data')).built_in, undefined)
})

test('an environment tells its state without being built, and why it cannot be', async () => {
  const packages = 'dependencies: [python=3.11, pip, {pip: [packaging]}]'
  await write('conda.yml', packages)
  await ask('/environments', { file: await write('env.yml', 'name: small\nconda_file: ./conda.yml\n') }, isLocal)
  await ask('/environments', { file: await write('image.yml', 'name: image-only\nimage: docker.io/x/y:1\n') }, isLocal)
  const { items } = await ask('/environment-states')
  const states = new Map(items.map((one) => [one.name, one]))
  assert.deepEqual([states.get('small')!.state, states.get('small')!.version], ['unresolved', '1'])
  assert.equal(states.get('sklearn-1.5')!.registry, 'azureml')
  const state = await ask('/environments/image-only/versions/1/state')
  assert.equal(state.state, states.get('image-only')!.state)
  const curated = await ask('/environments/sklearn-1.5/versions/@latest/state?registry=azureml')
  assert.equal(curated.state, 'unresolved')
  assert.match((await ask('/environments/nobody/versions/1/state')).error.message, /nobody/)
})

test('a build that fails says why, in its state and at the end of its log', async () => {
  await write('wrong.yml', 'dependencies: [python=3.11, pip, {pip: ["packaging==999"]}]')
  await ask('/environments', { file: await write('bad.yml', 'name: bad\nconda_file: ./wrong.yml\n') }, isLocal)
  assert.match((await ask('/environments/bad/versions/1/build', {})).build.status, /building|failed/)
  for (;;) {
    const { build } = await ask('/environments/bad/versions/1/state')
    if (build.status === 'building') await delay(50)
    else {
      assert.equal(build.status, 'failed')
      assert.ok(build.error.length > 0)
      break
    }
  }
  const log = await ask('/environments/bad/versions/1/build/log')
  assert.equal(log.is_complete, true)
  assert.match(log.text, /^Choosing the exact packages\.\n/)
  const rest = await ask(`/environments/bad/versions/1/build/log?offset=${log.next_offset}`)
  assert.deepEqual([rest.text, rest.next_offset], ['', log.next_offset])
})
