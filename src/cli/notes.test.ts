import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { settings } from '../config.ts'
import { openServer } from '../main.ts'
import { recordingTerminal } from './cli-lab.test-support.ts'
import { runCommandLine } from './command-line.ts'

/** A server on a store of its own, and the command line beside it. */
async function openLab(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-notes-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const environment = {
    ...{ SLUICE_DATA: folder, SLUICE_PORT: '0', SLUICE_WEBHOOK_HOSTS: '127.0.0.1', HOOK_SECRET: 'known' },
    PATH: process.env['PATH'] ?? '',
  }
  const server = await openServer({ settings: settings({ environment }), environment })
  t.after(() => server.close())
  const sluice = async (...args: readonly string[]) => {
    const terminal = recordingTerminal()
    const own = { ...environment, SLUICE_URL: server.url, HOME: folder }
    const code = await runCommandLine(args, { environment: own, workingFolder: folder, terminal, program: ['false'] })
    return { code, ...terminal.text }
  }
  const json = async (...args: readonly string[]): Promise<Record<string, never>> => {
    const { code, out, err } = await sluice(...args, '--json')
    assert.equal(code, 0, err)
    return JSON.parse(out) as Record<string, never>
  }
  const post = async (path: string, body: object): Promise<Record<string, never>> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
    return (await response.json()) as Record<string, never>
  }
  return { sluice, json, post }
}

test('comments are made, listed, changed and deleted', async (t) => {
  const { sluice, json, post } = await openLab(t)
  const created = (await post('/api/2.0/mlflow/runs/create', {})) as unknown as { run: { info: { run_id: string } } }
  const { run_id } = created.run.info
  await post('/api/2.0/mlflow/registered-models/create', { name: 'clf' })
  const made = (await json('comment', 'create', 'Looks good.', '--run', run_id)) as unknown as { id: string }
  await json('comment', 'create', 'The one in use.', '--model', 'clf')
  const listed = await sluice('comment', 'list', '--run', run_id)
  assert.match(listed.out, /Looks good\./)
  assert.doesNotMatch(listed.out, /in use/)
  await json('comment', 'update', made.id, 'Looks better.')
  assert.match((await sluice('comment', 'list', '--run', run_id)).out, /Looks better\./)
  assert.match((await sluice('comment', 'list', '--model', 'clf')).out, /The one in use\./)
  assert.equal((await sluice('comment', 'delete', made.id)).code, 0)
  const left = (await json('comment', 'list', '--run', run_id)) as unknown as { items: readonly object[] }
  assert.deepEqual(left.items, [])
  for (const args of [[], ['--run', run_id, '--model', 'clf'], ['--version', '1']]) {
    const refused = await sluice('comment', 'list', ...args)
    assert.notEqual(refused.code, 0)
    assert.match(refused.err, /Give --run ID, --model NAME, or --model NAME --version NUMBER/)
  }
  assert.match((await sluice('comment', 'list', '--run', 'none')).err, /none/)
})

test('views are saved, shown, changed and deleted', async (t) => {
  const { sluice, json } = await openLab(t)
  const content = '{"filter":"metrics.loss < 0.1"}'
  const { id } = (await json('view', 'create', 'best', '--content', content)) as unknown as { id: string }
  assert.match((await sluice('view', 'list', '--page', 'runs')).out, /best/)
  assert.doesNotMatch((await sluice('view', 'list', '--page', 'models')).out, /best/)
  assert.match((await sluice('view', 'show', id)).out, /metrics\.loss < 0\.1/)
  await json('view', 'update', id, '--name', 'worst')
  assert.match((await sluice('view', 'list')).out, /worst/)
  assert.match((await sluice('view', 'update', id)).err, /Give --name or --content/)
  assert.match((await sluice('view', 'create', 'x', '--content', '[1]')).err, /is no object of JSON/)
  assert.match((await sluice('view', 'create', 'x', '--content', '{')).err, /is no object of JSON/)
  assert.equal((await sluice('view', 'delete', id)).code, 0)
  assert.notEqual((await sluice('view', 'show', id)).code, 0)
})

test('webhooks are made, tried out, changed and deleted', async (t) => {
  const statuses: number[] = []
  const signed: (string | undefined)[] = []
  const receiver = createServer((request, response) => {
    signed.push(request.headers['x-mlflow-signature'] as string | undefined)
    request.resume().on('end', () => response.writeHead(statuses.shift() ?? 204).end())
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  t.after(() => receiver.close())
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const { sluice, json } = await openLab(t)
  const event = ['--event', 'model_version.created']
  const options = [...event, '--secret-from', 'HOOK_SECRET', '--description', 'for releases']
  const { webhook_id: id } = (await json('webhook', 'create', 'releases', address, ...options)) as unknown as {
    webhook_id: string
  }
  assert.match((await sluice('webhook', 'list')).out, /releases +ACTIVE .*model_version\.created/)
  assert.match((await sluice('webhook', 'test', id)).out, /It answered 204/)
  assert.match(signed[0] ?? '', /^v1,/)
  statuses.push(500)
  const failed = await sluice('webhook', 'test', id)
  assert.deepEqual([failed.code, failed.out], [1, 'It answered 500.\n'])
  await json('webhook', 'update', id, '--disable', '--event', 'registered_model.created')
  const shown = await sluice('webhook', 'show', id)
  assert.match(shown.out, /DISABLED/)
  assert.match(shown.out, /registered_model\.created/)
  assert.match(shown.out, /for releases/)
  assert.match((await sluice('webhook', 'update', id)).err, /Nothing to change is given/)
  assert.match((await sluice('webhook', 'create', 'x', address)).err, /No event is given/)
  assert.match((await sluice('webhook', 'create', 'x', address, '--event', 'x')).err, /"x" is no event/)
  const unset = await sluice('webhook', 'create', 'x', address, ...event, '--secret-from', 'NOBODY')
  assert.match(unset.err, /The variable "NOBODY" is not set/)
  assert.equal((await sluice('webhook', 'delete', id)).code, 0)
  assert.notEqual((await sluice('webhook', 'show', id)).code, 0)
})
