// The JSON schemas of our YAML, as an editor uses them: they take every example and tell what is misspelt.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fastify from 'fastify'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')

type Validator = (document: unknown) => Promise<string | undefined>
const validators = new Map<string, Promise<Validator>>()

/** A validator of one schema; fastify brings it. */
function validator(kind: string): Promise<Validator> {
  const made = validators.get(kind) ?? makeValidator(kind)
  validators.set(kind, made)
  return made
}

async function makeValidator(kind: string): Promise<Validator> {
  const schema = JSON.parse(readFileSync(join(root, 'schemas/yaml', `${kind}.schema.json`), 'utf8')) as object
  const customOptions = { removeAdditional: false, coerceTypes: false as const, strict: false, allErrors: false }
  const app = fastify({ ajv: { customOptions }, logger: false })
  app.post('/', { schema: { body: schema } }, () => ({}))
  await app.ready()
  return async (document) => {
    const reply = await app.inject({ method: 'POST', url: '/', payload: document as object })
    return reply.statusCode === 200 ? undefined : reply.body
  }
}

/** What a file is, by what it says of itself; the order matters. */
const signs: readonly (readonly [kind: string, isSo: (schema: string, document: Record<string, unknown>) => boolean])[] = [
  ['batch-endpoint', (schema) => /batchendpoint/i.test(schema)],
  ['batch-deployment', (schema) => /batchdeployment/i.test(schema)],
  ['online-endpoint', (schema) => /onlineendpoint/i.test(schema)],
  ['online-deployment', (schema) => /onlinedeployment/i.test(schema)],
  ['monitor', (_, document) => 'create_monitor' in document],
  ['trigger', (_, document) => 'trigger' in document && !isTimed(document['trigger'])],
  ['schedule', (schema, document) => /schedule/i.test(schema) || 'trigger' in document],
  ['data-tests', (_, { type }) => type === 'data_tests'],
  ['conda file', (_, document) => 'dependencies' in document],
  ['environment', (_, document) => 'conda_file' in document],
  ['component', (schema) => /component/i.test(schema)],
  ['job', () => true],
]
const isTimed = (trigger: unknown): boolean =>
  ['cron', 'recurrence'].includes(String((trigger as Record<string, unknown>)['type']))

/** Every YAML file of the examples with its kind. */
function examples(): readonly { readonly file: string; readonly kind: string; readonly document: unknown }[] {
  const names = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.yml'))
    .map((file) => {
      const document = parse(readFileSync(join(root, 'examples', file), 'utf8')) as Record<string, unknown>
      const schema = String(document['$schema'] ?? (file.includes('component') ? 'component' : ''))
      return { file, document, kind: signs.find(([, isSo]) => isSo(schema, document))![0] }
    })
}

test('every example is what its schema says', async () => {
  const found = examples()
  assert.ok(found.length > 15)
  for (const { file, kind, document } of found) {
    if (kind === 'conda file') continue
    assert.equal(await (await validator(kind))(document), undefined, `${file} as ${kind}`)
  }
})

test('every document that the reader takes is what its schema says', async () => {
  const folder = join(root, 'src/spec/fixtures/valid')
  // names.yml has inputs that are called __proto__ and the like, which no JSON body may have.
  const files = readdirSync(folder).filter((name) => name.endsWith('.yml') && name !== 'names.yml')
  assert.ok(files.length > 60)
  const seen = new Set<string>()
  for (const file of files) {
    const { kind } = JSON.parse(readFileSync(join(folder, file.replace(/yml$/, 'json')), 'utf8')) as { kind: string }
    const name = kind.replace(/.*-(?=job$|component$)/, '')
    seen.add(name)
    const document: unknown = parse(readFileSync(join(folder, file), 'utf8').replace(/^\uFEFF/, ''), { merge: true })
    assert.equal(await (await validator(name))(document), undefined, `${file} as ${name}`)
  }
  const schemas = readdirSync(join(root, 'schemas/yaml')).map((name) => name.replace('.schema.json', ''))
  assert.deepEqual([...seen].sort(), schemas.filter((name) => name !== 'data-tests').sort())
})

test('a key that no kind has is told, at any depth', async () => {
  const check = await validator('job')
  const good = { type: 'pipeline', jobs: { train: { command: 'x', code: '.', limits: { timeout: 60 } } } }
  assert.equal(await check(good), undefined)
  for (const wrong of [
    { ...good, dispaly_name: 'x' },
    { ...good, jobs: { train: { command: 'x', limits: { tymeout: 60 } } } },
    { ...good, jobs: { train: { command: 'x', resources: { instance_cuont: 1 } } } },
    { ...good, settings: 'fast' },
  ])
    assert.notEqual(await check(wrong), undefined, JSON.stringify(wrong))
})

test('other kinds tell what is misspelt too', async () => {
  const cron = { type: 'cron', expression: '0 3 * * *' }
  const wrong: Readonly<Record<string, object>> = {
    schedule: { name: 'x', trigger: { ...cron, expresion: '' }, create_job: './job.yml' },
    trigger: { name: 'x', trigger: { type: 'alias_moved', alais: 'champion' }, create_job: { job: './job.yml' } },
    monitor: { name: 'x', trigger: cron, create_monitor: { monitoring_signals: { s: { tpye: 'data_drift' } } } },
    'data-tests': { type: 'data_tests', inputs: { t: './t.csv' }, tests: [{ range: { colunm: 'x', min: 0 } }] },
    'batch-endpoint': { name: 'x', defaults: { deployment: 'y' } },
    'batch-deployment': { name: 'x', type: 'model', settings: { mini_batch: 1 } },
  }
  for (const [kind, document] of Object.entries(wrong))
    assert.notEqual(await (await validator(kind))(document), undefined, kind)
})
