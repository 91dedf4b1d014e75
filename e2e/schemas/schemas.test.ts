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

/** Every YAML file of the examples with the kind of its schema. */
function examples(): readonly { readonly file: string; readonly kind: string; readonly document: unknown }[] {
  const names = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.yml'))
    .map((file) => {
      const document = parse(readFileSync(join(root, 'examples', file), 'utf8')) as Record<string, unknown>
      const schema = String(document['$schema'] ?? '')
      const isComponent = file.includes('component') || /Component\.schema/.test(schema)
      const kind = /OnlineEndpoint/i.test(schema) || /endpoint\.yml$/.test(file) ? 'online-endpoint' : ''
      const ofDeployment = /OnlineDeployment/i.test(schema) || /deployment\.yml$/.test(file) ? 'online-deployment' : ''
      const isEnvironment = 'conda_file' in document || 'dependencies' in document
      return {
        file,
        document,
        kind: kind || ofDeployment || (isEnvironment ? 'environment' : isComponent ? 'component' : 'job'),
      }
    })
}

test('every example is what its schema says', async () => {
  const found = examples()
  assert.ok(found.length > 15)
  for (const { file, kind, document } of found) {
    if (kind === 'environment' && 'dependencies' in (document as object)) continue // A conda file is none of ours.
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
