import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openedServer } from './opened-server.test-support.ts'

const { server } = await openedServer()

interface Answer {
  readonly items: readonly { readonly name: string; readonly description: string; readonly steps: readonly string[] }[]
  readonly name: string
  readonly display_name: string
  readonly error: { readonly code: string; readonly hint: string }
}

// Without the token of this machine, as a browser asks.
async function ask(method: string, path: string): Promise<{ readonly status: number; readonly body: Answer }> {
  const answer = await fetch(`${server.url}/api/v1${path}`, { method })
  return { status: answer.status, body: (await answer.json()) as Answer }
}

test('examples that begin with a job are listed with their steps; those that begin otherwise are not', async () => {
  const { items } = (await ask('GET', '/examples')).body
  const diabetes = items.find(({ name }) => name === 'diabetes')
  assert.deepEqual(diabetes?.steps, ['test_data', 'train', 'evaluate', 'is_better', 'register'])
  assert.match(diabetes.description, /^Test the data/)
  assert.equal(
    items.some(({ name }) => name === 'rollout'),
    false,
  )
})

test('a browser starts an example without naming a file of the machine', async () => {
  const { status, body } = await ask('POST', '/examples/published-pipeline/jobs')
  assert.equal(status, 201)
  const { display_name: shown } = (await ask('GET', `/jobs/${body.name}`)).body
  assert.equal(shown, body.display_name)
  await ask('POST', `/jobs/${body.name}/cancel`)
})

test('what is no example is not found, and a path is none', async () => {
  for (const name of ['nobody', '..%2F..%2Fetc']) {
    const { status, body } = await ask('POST', `/examples/${name}/jobs`)
    assert.equal(status, 404, name)
    assert.equal(body.error.code, 'not-found')
  }
  assert.match((await ask('POST', '/examples/nobody/jobs')).body.error.hint, /diabetes/)
})
