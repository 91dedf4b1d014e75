// The JSON schemas of our YAML, as an editor uses them: they take every example and tell what is misspelt.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fastify from 'fastify'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')

/** A validator of one schema; fastify brings it. */
async function validator(kind: string): Promise<(document: unknown) => Promise<string | undefined>> {
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
  ['batch', (schema) => /batch(endpoint|deployment)/i.test(schema)],
  ['online-endpoint', (schema) => /onlineendpoint/i.test(schema)],
  ['online-deployment', (schema) => /onlinedeployment/i.test(schema)],
  ['schedule or trigger', (schema, document) => /schedule/i.test(schema) || 'trigger' in document],
  ['data tests', (_, { type }) => type === 'data_tests'],
  ['conda file', (_, document) => 'dependencies' in document],
  ['environment', (_, document) => 'conda_file' in document],
  ['component', (schema) => /component/i.test(schema)],
  ['job', () => true],
]
/** Kinds for which no schema is made yet, and what is none of ours. */
const withoutSchema = new Set(['batch', 'schedule or trigger', 'data tests', 'conda file'])

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
    if (withoutSchema.has(kind)) continue
    assert.equal(await (await validator(kind))(document), undefined, `${file} as ${kind}`)
  }
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
