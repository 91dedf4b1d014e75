import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openedServer } from './opened-server.test-support.ts'

/* The code of jobs that really ran, as it was then. */

const { home, server } = await openedServer()

const pipeline = `type: pipeline
experiment_name: code
jobs:
  train: {type: command, code: ./code, command: sh lib/train.sh}
  report: {type: command, command: echo done}
`

interface Answer {
  readonly name: string
  readonly status: string
  readonly items: readonly { readonly name: string; readonly step: string; readonly path: string }[]
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

async function ask(path: string, body?: object): Promise<{ readonly text: string; readonly json: () => Answer }> {
  const answer = await fetch(`${server.url}/api/v1/jobs${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'x-sluice-local-token': server.localToken, ...(body && { 'content-type': 'application/json' }) },
  })
  const text = await answer.text()
  return { text, json: () => JSON.parse(text) as Answer }
}

async function ran(script: string): Promise<string> {
  await mkdir(join(home, 'code/lib'), { recursive: true })
  await writeFile(join(home, 'code/lib/train.sh'), script)
  await writeFile(join(home, 'pipeline.yml'), pipeline)
  const { name } = (await ask('', { file: join(home, 'pipeline.yml') })).json()
  while (!['Completed', 'Failed'].includes((await ask(`/${name}`)).json().status)) continue
  return name
}

test('code stays readable as a job ran with it, by the step and by the pipeline, whatever became of the file', async () => {
  const old = await ran('echo one\n')
  const now = await ran('echo two\n')
  const path = encodeURIComponent('lib/train.sh')
  assert.equal((await ask(`/${old}/code/content?step=train&path=${path}`)).text, 'echo one\n')
  assert.equal((await ask(`/${now}/code/content?step=train&path=${path}`)).text, 'echo two\n')
  assert.equal((await ask(`/${now}/code/content?step=train&path=${path}&max_bytes=4`)).text, 'echo')
  const step = (await ask(`/${old}/children`)).json().items.find((each) => each.step === 'train')!
  assert.deepEqual(
    (await ask(`/${step.name}/code`)).json().items.map((file) => file.path),
    ['lib/train.sh'],
  )
})

test('what has no code, or not this file, says so', async () => {
  const name = await ran('echo one\n')
  const { error } = (await ask(`/${name}/code`)).json()
  assert.deepEqual([error.code, error.hint], ['not-found', 'It has: train, report.'])
  assert.match((await ask(`/${name}/code?step=report`)).json().error.message, /"report" .* has no folder of code/)
  const path = encodeURIComponent('../pipeline.yml')
  const missing = (await ask(`/${name}/code/content?step=train&path=${path}`)).json().error
  assert.match(missing.message, /no file "\.\.\/pipeline\.yml" in the code/)
})
