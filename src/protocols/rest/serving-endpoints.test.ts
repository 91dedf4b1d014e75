import assert from 'node:assert/strict'
import { writeFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'

import { openServing, type ServingLab } from '../../serving/serving.test-support.ts'
import type { DeploymentSettings, EndpointService } from './endpoint-service.ts'
import { servingEndpoints } from './serving-endpoints.ts'

const script = `
import os
def init(): os.write(1, f"mode {os.environ.get('MODE')}\\n".encode())  # one write: two workers share the log
def run(raw): return os.environ.get("MODE")
`

interface Lab extends ServingLab {
  readonly endpoints: EndpointService
  readonly file: (name: string, text: string) => Promise<string>
}

async function openLab(database: Parameters<typeof openServing>[1], t: TestContext): Promise<Lab> {
  const lab = await openServing(t, database)
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(lab.folder, name), text)
    return join(lab.folder, name)
  }
  const endpoints = servingEndpoints(lab.serving, {
    resolveEnvironment: async () => ({ kind: 'none' }),
    describe: async (name) => ({ openapi: '3.0.1', name }),
  })
  return Object.assign(lab, { endpoints, file })
}

const wanted = (settings: Partial<DeploymentSettings>): DeploymentSettings => ({
  ...{ endpoint: 'lines', isForAllTraffic: false, isAwaited: true },
  ...settings,
})

async function deploymentFile(lab: Lab, name = 'blue'): Promise<string> {
  const { code } = await lab.code(script)
  return lab.file(
    `${name}.yml`,
    `name: ${name}
endpoint_name: lines
code_configuration: {code: ${code}, scoring_script: score.py}
environment_variables: {MODE: ${name}}
`,
  )
}

databaseTest('an endpoint is made of a file or of fields, once, and changed by both', async (database, t) => {
  const { endpoints, file } = await openLab(database, t)
  const yaml = await file('endpoint.yml', 'name: lines\nauth_mode: key\nrouting: {unit_header: X-Unit-Id}\n')
  const made = await endpoints.create({ file: yaml, set: { 'tags.team': 'a' } })
  assert.deepEqual(
    [made.name, made.authMode, made.routing, { ...made.tags }],
    [...['lines', 'key', { unitHeader: 'x-unit-id', labels: {} }], { team: 'a' }],
  )
  await assert.rejects(endpoints.create({ name: 'lines' }), { code: 'already-exists' })
  await assert.rejects(endpoints.create({}), { message: /Neither "name" nor "file"/ })
  const open = await endpoints.create({ name: 'open', authMode: 'none', description: 'for all' })
  assert.deepEqual([open.authMode, open.description, open.version], ['none', 'for all', 1])

  const tagged = await endpoints.change('lines', { set: { 'tags.stage': 'test' } })
  assert.deepEqual([{ ...tagged.tags }, tagged.routing.unitHeader], [{ team: 'a', stage: 'test' }, 'x-unit-id'])
  await assert.rejects(endpoints.change('lines', { description: 'late', version: made.version }), { code: 'conflict' })
  const renewed = await endpoints.change('lines', { file: yaml, version: tagged.version, description: 'in time' })
  assert.deepEqual([renewed.description, { ...renewed.tags }], ['in time', {}])
  await assert.rejects(endpoints.change('lines', { set: { 'traffik.blue': '100' } }), {
    code: 'invalid-document',
    message: /unknown key "traffik"/,
  })
  await assert.rejects(endpoints.change('none', { file: yaml }), { code: 'not-found' })
})

databaseTest('a deployment is made, updated field by field, read and deleted', async (database, t) => {
  const lab = await openLab(database, t)
  const { endpoints } = lab
  await endpoints.create({ name: 'lines', authMode: 'none' })
  const file = await deploymentFile(lab)
  const made = await endpoints.createDeployment(wanted({ file }))
  assert.deepEqual([made.name, made.status, made.revision, made.traffic], ['blue', 'ready', 1, 100])
  await assert.rejects(endpoints.createDeployment(wanted({ file })), { code: 'already-exists' })
  await assert.rejects(endpoints.createDeployment(wanted({ file, endpoint: 'none' })), { code: 'not-found' })
  await assert.rejects(endpoints.createDeployment(wanted({})), { message: /Neither "model" nor "file"/ })
  const unnamed = await lab.file('unnamed.yml', (await readFile(file, 'utf8')).replace(/^name: .*\n/, ''))
  await assert.rejects(endpoints.createDeployment(wanted({ file: unnamed })), { message: /has no name/ })
  assert.equal((await endpoints.createDeployment(wanted({ file: unnamed, deployment: 'red' }))).name, 'red')
  await endpoints.deleteDeployment('lines', 'red')

  const set = { instance_count: '2', 'environment_variables.MODE': 'fast' }
  const updated = await endpoints.updateDeployment({ ...wanted({ set }), deployment: 'blue' })
  assert.deepEqual([updated.revision, updated.instanceCount, updated.requestTimeoutMs], [2, 2, made.requestTimeoutMs])
  assert.equal((await lab.ask('lines')).text, '"fast"')
  await assert.rejects(endpoints.updateDeployment({ ...wanted({ set }), deployment: 'red' }), { code: 'not-found' })
  await assert.rejects(
    endpoints.updateDeployment({ ...wanted({ set: { instance_count: 'many' } }), deployment: 'blue' }),
    { code: 'invalid-document', message: /instance_count/ },
  )

  const log = await endpoints.deploymentLog({ endpoint: 'lines', deployment: 'blue', offset: 0, lines: 1 })
  assert.match(log.text, /^[^\n]+\n$/)
  const whole = await endpoints.deploymentLog({ endpoint: 'lines', deployment: 'blue', offset: 0 })
  assert.match(whole.text, /mode blue\n[^]*mode fast\n/)
  assert.ok(whole.text.endsWith(log.text) && whole.isAtEnd)

  await assert.rejects(endpoints.deleteDeployment('lines', 'blue'), { code: 'conflict', message: /takes traffic/ })
  const green = await deploymentFile(lab, 'green')
  await endpoints.createDeployment(wanted({ file: green, isForAllTraffic: true, isAwaited: false }))
  while ((await endpoints.getDeployment('lines', 'green')).status === 'creating')
    await new Promise((resolve) => setTimeout(resolve, 5))
  await endpoints.change('lines', { mirrorTraffic: { blue: 10 } })
  await assert.rejects(endpoints.deleteDeployment('lines', 'blue'), { code: 'conflict', message: /gets copies/ })
  await endpoints.change('lines', { mirrorTraffic: {} })
  await endpoints.deleteDeployment('lines', 'blue')
  assert.deepEqual(
    (await endpoints.get('lines')).deployments.map(({ name, traffic }) => [name, traffic]),
    [['green', 100]],
  )
  const answer = await endpoints.invoke({
    ...{ endpoint: 'lines', contentType: 'application/json', headers: {}, body: Buffer.from('1') },
  })
  assert.deepEqual([answer.deployment, answer.body.toString()], ['green', '"green"'])
})

databaseTest('a key is replaced while the other goes on opening the endpoint', async (database, t) => {
  const { endpoints, serving } = await openLab(database, t)
  await endpoints.create({ name: 'lines' })
  const before = await endpoints.credentials('lines')
  const after = await endpoints.regenerateKey('lines', 'primary', { kind: 'local' })
  assert.notEqual(after.primary, before.primary)
  assert.equal(after.secondary, before.secondary)
  await serving.authorise('lines', before.secondary)
  await serving.authorise('lines', after.primary)
  await assert.rejects(serving.authorise('lines', before.primary), { code: 'unauthenticated' })
  await assert.rejects(endpoints.regenerateKey('none', 'primary', { kind: 'local' }), { code: 'not-found' })
})
