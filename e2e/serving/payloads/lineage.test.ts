import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { send, startServer } from '../server.ts'

const files: Readonly<Record<string, string>> = {
  'raw.csv': 'a,b\n1,2\n',
  'src/prep.py': 'import sys, shutil\nshutil.copy(sys.argv[1], sys.argv[2])\n',
  'pipeline.yml': `
type: pipeline
inputs:
  raw: {type: uri_file, path: raw.csv}
jobs:
  prep:
    code: src
    command: python3 prep.py \${{inputs.raw}} \${{outputs.clean}}
    inputs: {raw: "\${{parent.inputs.raw}}"}
    outputs: {clean: {type: uri_folder}}
  train:
    command: cp -r \${{inputs.clean}}/. \${{outputs.model}}/ && echo \${{inputs.alpha}}
    inputs: {clean: "\${{parent.jobs.prep.outputs.clean}}", alpha: 0.5}
    outputs: {model: {type: custom_model, name: copied}}
`,
  'code/score.py':
    'import json\ndef init(): pass\ndef run(raw): return [sum(row) for row in json.loads(raw)["data"]]\n',
  'deployment.yml': `
name: blue
model: azureml:copied:1
code_configuration: {code: code, scoring_script: score.py}
data_collector: {collections: {model_outputs: {enabled: true}}}
`,
}

interface Node {
  readonly kind: string
  readonly name: string
  readonly role?: string
  readonly details: Readonly<Record<string, string>>
  readonly from: readonly Node[]
}

/** Every node below one, with what it is to the one above. */
function flat(node: Node): readonly (readonly [string, string])[] {
  return [[node.kind, node.details['step'] ?? node.role ?? ''], ...node.from.flatMap(flat)]
}

test('a prediction is walked back to the jobs, the code and the data, also when the steps are reused', async (t) => {
  const server = await startServer(t)
  const folder = join(server.data, 'project')
  for (const part of ['src', 'code']) await mkdir(join(folder, part), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const run = async (): Promise<string> => {
    const { body } = await server.post('/api/v1/jobs', { file: join(folder, 'pipeline.yml') })
    const { name } = body as { name: string }
    for (;;) {
      const { status } = (await server.get(`/api/v1/jobs/${name}`)).body as { status: string }
      if (status === 'Completed') return name
      assert.notEqual(status, 'Failed')
      await pause(50)
    }
  }
  await run()
  const again = await run()
  const deployed = await server.post('/api/v1/endpoints/sums/deploy', { file: join(folder, 'deployment.yml') })
  assert.equal(deployed.status, 200, JSON.stringify(deployed.body))
  await send(`${server.url()}/endpoints/sums/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-ms-client-request-id': 'wanted' },
    body: '{"data": [[1, 2]]}',
  })
  const { body } = await server.get('/api/v1/lineage/predictions/wanted')
  const steps = [
    ['job', 'train'],
    ['source', ''],
    ['environment', ''],
    ['job', 'prep'],
    ['code', ''],
    ['environment', ''],
    ['data', 'input raw'],
  ]
  assert.deepEqual(flat(body as Node), [
    ['prediction', ''],
    ['deployment', ''],
    ['model', ''],
    ...steps,
    ['code', 'scoring script'],
  ])
  const model = (await server.get('/api/v1/lineage/models/copied/1')).body as Node
  assert.deepEqual(flat(model), [['model', ''], ...steps])
  const reused = (await server.get(`/api/v1/lineage/jobs/${again}`)).body as Node
  assert.deepEqual(
    reused.from.map(({ role, from }) => [role, from[0]?.role]),
    [
      [undefined, undefined],
      ['step train', 'reused from'],
      ['step prep', 'reused from'],
    ],
  )
  assert.equal((await server.get('/api/v1/lineage/predictions/nobody')).status, 404)
  assert.equal((await server.get('/api/v1/lineage/models/copied/2')).status, 404)
})
