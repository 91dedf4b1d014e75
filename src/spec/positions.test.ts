import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Located } from './document-parts.ts'
import type { Document } from './documents.ts'
import { mergeRootComponent } from './job.ts'
import { loadDocument } from './load-document.ts'

const files: Readonly<Record<string, string>> = {
  '/p/pipeline.yml': `type: pipeline
jobs:
  train:
    component: ./train.yml
    inputs:
      alpha: 0.4
      rows: {path: "\${{parent.inputs.rows}}"}
    depends_on: [prepare]
  inline:
    command: echo
    environment_variables: &variables {A: 1}
  shared:
    component: {type: command, command: echo 2, environment_variables: *variables}
  prepare: {component: azureml:prepare:1, outputs: {out: }}
`,
  '/p/train.yml': `name: train
command: python train.py
inputs:
  alpha: {type: number}
`,
  '/p/whole.yml': 'type: pipeline\ninputs: {x: {type: string}}\njobs:\n  one:\n    command: echo\n',
  '/p/of-component.yml': '# first\ntype: pipeline\ncomponent: ./whole.yml\ninputs: {x: 1}\n',
  '/p/of-reference.yml': 'type: pipeline\ncomponent: azureml:whole:1\ninputs: {x: 1}\n',
}

async function loaded(file: string): Promise<Document> {
  const { document } = await loadDocument({ file, readText: (path) => files[path] ?? '' })
  assert.ok(document)
  return document
}

function place(located: Located, ...path: (string | number)[]): string | undefined {
  const at = located.at(path)
  return at && `${at.file}:${at.line}:${at.column}`
}

test('a scalar is found where it stands, anything else by its key, by a path that mirrors the YAML', async () => {
  const { located } = await loaded('/p/pipeline.yml')
  assert.equal(place(located), '/p/pipeline.yml:1:1')
  assert.equal(place(located, 'jobs', 'train'), '/p/pipeline.yml:3:3')
  assert.equal(place(located, 'jobs', 'train', 'inputs', 'alpha'), '/p/pipeline.yml:6:14')
  assert.equal(place(located, 'jobs', 'train', 'inputs', 'rows', 'path'), '/p/pipeline.yml:7:20')
  assert.equal(place(located, 'jobs', 'train', 'depends_on', 0), '/p/pipeline.yml:8:18')
  assert.equal(place(located, 'jobs', 'prepare', 'outputs', 'out'), '/p/pipeline.yml:14:53')
  assert.equal(place(located, 'jobs', 'train', 'depends_on', 1), undefined)
  assert.equal(place(located, 'jobs', 'train', 'inputs', 'beta'), undefined)
  assert.equal(place(located, 'jobs', 'train', 'inputs', 'alpha', 'deeper'), undefined)
})

test('a component is located from its own root: in its file, inline in a step, or as the step itself', async () => {
  const document = await loaded('/p/pipeline.yml')
  assert(document.kind === 'pipeline-job')
  const located = (name: string): Located => {
    const step = document.steps[name]
    assert(step?.kind === 'component' && 'located' in step.component)
    return step.component.located
  }
  assert.equal(place(located('train'), 'inputs', 'alpha', 'type'), '/p/train.yml:4:17')
  assert.equal(place(located('inline'), 'command'), '/p/pipeline.yml:10:14')
  assert.equal(place(located('shared'), 'command'), '/p/pipeline.yml:13:41')
  // What an alias stands for is found where it is written.
  assert.equal(place(located('shared'), 'environment_variables', 'A'), '/p/pipeline.yml:11:43')
})

test('a position can be drawn with its source line', async () => {
  const { located } = await loaded('/p/pipeline.yml')
  const at = located.at(['jobs', 'train', 'inputs', 'alpha'])
  assert.equal(at && located.frame?.(at), '  alpha: 0.4\n         ^')
  assert.equal(located.frame?.({ file: '/p/pipeline.yml', line: 999, column: 1 })?.split('\n')[0], '  type: pipeline')
})

test('the steps of a job that runs a component are found in the file of the component', async () => {
  const { located } = await loaded('/p/of-component.yml')
  assert.equal(place(located, 'inputs', 'x'), '/p/of-component.yml:4:13')
  assert.equal(place(located, 'jobs', 'one', 'command'), '/p/whole.yml:5:14')
  const inComponent = located.at(['jobs', 'one'])
  assert.equal(inComponent && located.frame?.(inComponent), '  one:\n  ^')
  const inJob = located.at(['inputs'])
  assert.equal(inJob && located.frame?.(inJob), '  inputs: {x: 1}\n  ^')
})

test('a component that is resolved later is merged the same way', async () => {
  const job = await loaded('/p/of-reference.yml')
  const component = await loadDocument({
    file: '/p/whole.yml',
    family: 'component',
    readText: (path) => `name: whole\n${files[path]}`,
  })
  assert(job.kind === 'pipeline-job' && component.document?.kind === 'pipeline-component')
  assert.deepEqual(Object.keys(job.steps), [])
  const merged = mergeRootComponent(job, component.document)
  assert.deepEqual(Object.keys(merged.steps), ['one'])
  assert.equal(merged.component, component.document)
})
