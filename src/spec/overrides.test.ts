import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadedDocument } from './load-document.ts'
import { loadDocument } from './load-document.ts'
import { type Overrides, partOverrides } from './overrides.ts'

const pipeline = `type: pipeline
inputs:
  alpha: 0.4
  boxed: {value: 1}
  rows: {type: uri_file, path: ./rows.csv}
  unset: {type: uri_folder}
  group.item: a
jobs:
  first: &step
    command: echo
    environment_variables: {A: 1}
  second: *step
`

function load(overrides: Overrides, text = pipeline): Promise<LoadedDocument> {
  return loadDocument({ file: '/p/job.yml', readText: () => text, overrides })
}

test('values set from outside are read as YAML reads them, and data keeps its type', async () => {
  const { document } = await load({
    'inputs.alpha': '1.0e-3',
    'inputs.boxed': 'true',
    'inputs.rows': './other.csv',
    'inputs.unset': 'azureml:rows:1',
    'inputs.group.item': 'a: b',
    'inputs.added': '&x !!str 3',
    'settings.force_rerun': 'true',
    display_name: 'Set from outside',
  })
  assert(document?.kind === 'pipeline-job')
  assert.deepEqual(
    { ...document.inputs },
    {
      alpha: { kind: 'text', text: '0.001' },
      boxed: { kind: 'text', text: 'True' },
      rows: { kind: 'data', type: 'uri_file', source: { kind: 'local', path: '/p/other.csv' } },
      unset: { kind: 'data', type: 'uri_folder', source: { kind: 'asset', name: 'rows', version: '1' } },
      'group.item': { kind: 'text', text: 'a: b' },
      added: { kind: 'text', text: '&x !!str 3' },
    },
  )
  assert.equal(document.settings.forceRerun, true)
  assert.equal(document.displayName, 'Set from outside')
})

test('a step is changed alone, also where an alias shares it', async () => {
  const { document } = await load({
    'inputs.unset': './x',
    'jobs.second.environment_variables.A': '2',
    'jobs.second.inputs.x': '5',
  })
  assert(document?.kind === 'pipeline-job')
  const { first, second } = document.steps
  assert(first?.kind === 'component' && second?.kind === 'component')
  assert('command' in first.component && 'command' in second.component)
  assert.deepEqual({ ...first.component.environmentVariables }, { A: '1' })
  assert.deepEqual({ ...second.component.environmentVariables }, { A: '2' })
  assert.deepEqual({ ...second.inputs }, { x: { kind: 'text', text: '5' } })
  assert.deepEqual(document.located.at(['jobs', 'second', 'environment_variables', 'A']), {
    file: '/p/job.yml',
    line: 11,
    column: 32,
  })
})

test('a required key may come from outside, and a wrong value is reported where it takes effect', async () => {
  const deployment = 'name: blue\ninstance_type: small\nendpoint_name: <endpoint>\n'
  const given = await load({ endpoint_name: 'diabetes' }, deployment)
  assert(given.document?.kind === 'online-deployment')
  assert.equal(given.document.endpointName, 'diabetes')
  const wrong = await load({ endpoint_name: 'my endpoint' }, deployment)
  assert.equal(wrong.diagnostics[0]?.message, '"endpoint_name" cannot be "my endpoint"')
  assert.deepEqual(wrong.diagnostics[0]?.at, { file: '/p/job.yml', line: 3, column: 16 })
})

test('what is missing on the way is made, and checked like what is written', async () => {
  const { document } = await load({
    'inputs.unset.path': './x',
    'inputs.fresh.type': 'uri_file',
    'inputs.fresh.path': './fresh.csv',
    'jobs.first.resources.properties.a': 'b',
    'jobs.first.inputs.rows.path': './other.csv',
    'jobs.first.inputs.rows.type': 'uri_file',
    'settings.continue_on_step_failure': 'true',
    'tags.team': 'risk',
  })
  assert(document?.kind === 'pipeline-job')
  const file = (path: string, type = 'uri_file') => ({ kind: 'data', type, source: { kind: 'local', path } })
  assert.deepEqual(document.inputs['unset'], file('/p/x', 'uri_folder'))
  assert.deepEqual(document.inputs['fresh'], file('/p/fresh.csv'))
  assert.deepEqual(document.steps['first']?.kind === 'component' && { ...document.steps['first'].inputs }, {
    rows: file('/p/other.csv'),
  })
  assert.deepEqual({ ...document.tags }, { team: 'risk' })
  const { diagnostics } = await load({ 'inputs.unset': './x', 'jobs.first.limits.tymeout': '5' })
  assert.equal(diagnostics[0]!.message, 'unknown key "tymeout" in "limits", did you mean "timeout"?')
  assert.equal(diagnostics[0]!.at?.line, 10)
})

test('items of lists are set by number', async () => {
  const text = 'type: command\ncommand: echo\ncode: .\nadditional_includes: [./a, ./b]\n'
  for (const path of ['additional_includes.1', 'additional_includes[1]']) {
    const { document } = await load({ [path]: './c' }, text)
    assert(document?.kind === 'command-job')
    assert.deepEqual(document.additionalIncludes, ['/p/a', '/p/c'])
  }
  for (const [path, message] of [
    ['additional_includes.2', 'there is no item "2"'],
    ['additional_includes.first', 'there is no item "first"'],
    ['additional_includes.0.name', 'item 0 is a single value'],
  ] as const) {
    const { diagnostics } = await load({ [path]: 'x' }, text)
    assert.equal(diagnostics[0]?.message, `cannot set "${path}": ${message}`)
  }
  const listed = 'name: e\nconda_file: {dependencies: [python, {pip: [numpy]}]}\n'
  const { document } = await load({ 'conda_file.dependencies.1.pip.0': 'pandas' }, listed)
  assert(document?.kind === 'environment')
  assert.equal(JSON.stringify(document.environment.conda?.content), '{"dependencies":["python",{"pip":["pandas"]}]}')
  const nested = await load({ 'additional_includes.0.0': './c' }, text.replace('[./a, ./b]', '[[./a]]'))
  assert.match(nested.diagnostics[0]!.message, /additional_includes/)
  const one = await load({ 'conda_file.dependencies.1.pip.0.x': 'y', 'conda_file.dependencies.1.pip.5': 'y' }, listed)
  assert.equal(one.diagnostics.length, 2)
  assert.equal(one.diagnostics[1]?.hint, 'The list has 1 item, 0.')
})

test('a path that leads nowhere is reported with the nearest name', async () => {
  const { diagnostics } = await load({
    'jobs.secnd.inputs.x': '5',
    'jobs.another.inputs.x': '5',
    'inputs.alpha.path': './x',
    'inputs.unset': 'x',
  })
  assert.deepEqual(diagnostics, [
    {
      message: 'cannot set "jobs.secnd.inputs.x": there is no "secnd"',
      hint: 'Did you mean "second"?',
      frame: '  --set jobs.secnd.inputs.x=...\n             ^',
    },
    {
      message: 'cannot set "jobs.another.inputs.x": there is no "another"',
      hint: 'Set what the document has, e.g. inputs.NAME.',
      frame: '  --set jobs.another.inputs.x=...\n             ^',
    },
    {
      message: 'cannot set "inputs.alpha.path": "inputs.alpha" is a single value',
      hint: 'Set it as a whole: inputs.alpha=VALUE',
      frame: '  --set inputs.alpha.path=...\n               ^',
    },
  ])
})

test('a file that is no mapping or cannot be read has only its own mistake', async () => {
  assert.equal((await load({ a: '1' }, '- a')).diagnostics.length, 1)
  assert.equal((await load({ a: '1' }, 'a: "')).diagnostics.length, 1)
  assert.equal((await load({ a: '1' }, '')).diagnostics.length, 1)
})

test('what --set says goes to inputs or to the file', () => {
  const parts = (names: readonly string[]) => {
    const { inputs, changes } = partOverrides(Object.fromEntries(names.map((name) => [name, 'x'])), [
      'alpha',
      'rows',
      'name',
    ])
    return [Object.keys(inputs), Object.keys(changes)]
  }
  const inputs = [
    'alpha',
    'inputs.alpha',
    'name',
    'jobs.a.inputs.beta',
    'jobs.a.b.inputs.group.beta',
    'inputs.aplha',
    'aplha',
    'colour.x',
  ]
  const changes = [
    ...['display_name', 'inputs.rows.path', 'jobs.a.limits.timeout', 'jobs.a.inputs.rows.path', 'tags.team'],
    ...['additional_includes[0]', 'settings.force_rerun', 'limits.timeout'],
  ]
  assert.deepEqual(parts([...inputs, ...changes]), [inputs, changes])
})
