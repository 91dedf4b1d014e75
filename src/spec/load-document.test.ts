import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { leastProcessorTime } from '../../test/processor-time.ts'
import { SluiceError } from '../base/errors.ts'
import { invalidDocument, renderDiagnostic } from './diagnostics.ts'
import type { LoadedDocument, LoadOptions } from './load-document.ts'
import { loadDocument, loadValidDocument } from './load-document.ts'

const fixtures = new URL('./fixtures/', import.meta.url)

/** Reads fixtures as if they lay in /project, so that expectations hold on every machine. */
function readFixture(folder: string): (path: string) => string {
  return (path) => readFileSync(new URL(`.${path.replace('/project', '')}`, new URL(`${folder}/`, fixtures)), 'utf8')
}

/** Documents by path; anything else is not there. */
function readFrom(files: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    return text
  }
}

function load(text: string, options: Partial<LoadOptions> = {}): Promise<LoadedDocument> {
  return loadDocument({ file: '/p/job.yml', readText: readFrom({ '/p/job.yml': text }), ...options })
}

function messages({ diagnostics }: LoadedDocument): string[] {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, '/p'))
}

/** Compares with a file beside the fixture; where it is missing, writes it for review and fails. */
function assertMatches(expected: URL, actual: string): void {
  if (!existsSync(expected)) {
    writeFileSync(expected, actual)
    assert.fail(`${expected.pathname} was missing and is written now: review it and run again`)
  }
  assert.equal(actual, readFileSync(expected, 'utf8'))
}

describe('every valid fixture becomes the document beside it', () => {
  for (const name of readdirSync(new URL('valid/', fixtures)).filter((one) => one.endsWith('.yml'))) {
    test(name, async () => {
      const loaded = await loadDocument({ file: `/project/${name}`, readText: readFixture('valid') })
      assert.deepEqual(messages(loaded), [])
      const shown = { ...loaded.document, warnings: loaded.warnings.length > 0 ? loaded.warnings : undefined }
      const text = JSON.stringify(shown, (key, value) => (key === 'located' ? value.file : value), 2)
      assertMatches(new URL(`valid/${name.replace('.yml', '.json')}`, fixtures), `${text}\n`)
    })
  }
})

describe('every invalid fixture is answered with the messages beside it', () => {
  for (const name of readdirSync(new URL('invalid/', fixtures)).filter((one) => one.endsWith('.yml'))) {
    test(name, async () => {
      const file = `/project/${name}`
      const { document, diagnostics } = await loadDocument({ file, readText: readFixture('invalid') })
      assert.equal(document, undefined)
      const { message } = invalidDocument(file, diagnostics, { folder: '/project' })
      assertMatches(new URL(`invalid/${name.replace('.yml', '.txt')}`, fixtures), `${message}\n`)
    })
  }
})

test('one mistake takes at most three lines and has a position, a frame and what to do', async () => {
  const { diagnostics } = await load('type: command\ncomand: echo\n')
  assert.deepEqual(diagnostics, [
    {
      message: 'unknown key "comand" in the command job, did you mean "command"?',
      at: { file: '/p/job.yml', line: 2, column: 1 },
      frame: '  comand: echo\n  ^^^^^^',
    },
  ])
})

test('mistakes are thrown as one error whose message shows them with short paths', async () => {
  const readText = readFrom({ '/p/job.yml': 'command: 3\nlimits: {timeout: x}\n' })
  await assert.rejects(loadValidDocument({ file: '/p/job.yml', readText, folder: '/p/' }), (error) => {
    assert(error instanceof SluiceError)
    assert.equal(error.code, 'invalid-document')
    assert.deepEqual(error.at, { file: '/p/job.yml', line: 1, column: 10 })
    assert.equal(error.diagnostics?.length, 2)
    assert.equal(
      error.message,
      [
        'job.yml has 2 mistakes:',
        'job.yml:1:10: "command" must be text, but is 3',
        '  command: 3',
        '           ^ Put it in quotes.',
        'job.yml:2:19: "timeout" must be a time in seconds, or such as 90s, 10m, 1h30m, but is the text "x"',
        '  limits: {timeout: x}',
        '                    ^',
      ].join('\n'),
    )
    return true
  })
})

test('paths outside the folder stay whole, and an error without mistakes to show still has a message', () => {
  const error = invalidDocument('/elsewhere/job.yml', [{ message: 'it is odd', hint: 'Look.' }], { folder: '/p' })
  assert.equal(error.message, '/elsewhere/job.yml has 1 mistake:\nit is odd. Look.')
  assert.equal(error.at, undefined)
})

test('a valid document comes back with the files that were read, from a reader that answers later', async () => {
  const readText = readFixture('valid')
  const loaded = await loadValidDocument({
    file: '/project/command-job.yml',
    readText: (path) => new Promise((resolve) => setImmediate(() => resolve(readText(path)))),
    family: 'job',
  })
  assert.equal(loaded.document.kind, 'command-job')
  assert.deepEqual(loaded.filesRead, ['/project/command-job.yml', '/project/parts/conda.yml'])
})

test('a file that many steps refer to is read once, becomes one component and has its mistakes once', async () => {
  const steps = ['a', 'b', 'c'].map((name) => `  ${name}: {component: ./c.yml}`).join('\n')
  const read: string[] = []
  const readText = (component: string) => (path: string) => {
    read.push(path)
    return path === '/p/c.yml' ? component : `type: pipeline\njobs:\n${steps}\n`
  }
  const { document } = await loadDocument({ file: '/p/job.yml', readText: readText('command: echo') })
  assert.deepEqual(read, ['/p/job.yml', '/p/c.yml'])
  assert(document?.kind === 'pipeline-job')
  const components = Object.values(document.steps).map((step) => step.kind === 'component' && step.component)
  assert.equal(new Set(components).size, 1)
  const wrong = await loadDocument({ file: '/p/job.yml', readText: readText('comand: echo') })
  assert.equal(wrong.diagnostics.length, 1)
})

test('a file that is missing is reported wherever it is referred to', async () => {
  const loaded = await load('type: pipeline\njobs: {a: {component: ./c.yml}, b: {component: ./c.yml}}\n')
  assert.deepEqual(
    loaded.diagnostics.map(({ at }) => at?.column),
    [23, 48],
  )
})

test('a file that cannot be read says why', async () => {
  const failing = (code: string | undefined) => () => {
    throw Object.assign(new Error('disk on fire'), { code })
  }
  const problem = async (code: string | undefined): Promise<string[]> =>
    messages(await load('', { readText: failing(code) }))
  assert.deepEqual(await problem('ENOENT'), ['there is no file "/p/job.yml"'])
  assert.deepEqual(await problem('EISDIR'), ['"/p/job.yml" is a folder, not a file'])
  assert.deepEqual(await problem('EACCES'), ['the file "/p/job.yml" cannot be read: permission denied'])
  assert.deepEqual(await problem(undefined), ['the file "/p/job.yml" cannot be read: disk on fire'])
})

test('the expected family decides where a file says nothing, and refuses what is something else', async () => {
  const component = await load('name: a\ncommand: echo', { family: 'component' })
  assert.equal(component.document?.kind, 'command-component')
  const data = await load('name: rows\npath: ./rows.csv', { family: 'data' })
  assert.equal(data.document?.kind, 'data')
  const wrongSchema = await load('$schema: commandJob.schema.json\nname: a\ntype: pipeline\njobs: {b: {command: c}}', {
    family: 'component',
  })
  assert.equal(wrongSchema.document?.kind, 'pipeline-component')
  const model = await load('name: m\ntype: custom_model\npath: ./m', { family: 'job' })
  assert.deepEqual(messages(model), [
    'job.yml:2:7: "job.yml" is not a job\n  type: custom_model\n' +
      '        ^^^^^^^^^^^^ This file describes a model; a job is expected here.',
  ])
  const misspelt = await load('type: comand\ncommand: echo', { family: 'job' })
  assert.match(messages(misspelt).join(), /"type" of a job cannot be "comand", did you mean "command"\?/)
})

test('components may be nested a hundred deep, and no deeper', async () => {
  const files: Record<string, string> = {}
  const chain = (length: number): Record<string, string> => {
    for (let n = 0; n < length; n++) files[`/p/${n}.yml`] = `type: pipeline\njobs: {next: {component: ./${n + 1}.yml}}`
    files[`/p/${length}.yml`] = 'command: echo'
    return files
  }
  const shallow = await loadDocument({ file: '/p/0.yml', readText: readFrom(chain(99)) })
  assert.deepEqual(shallow.diagnostics, [])
  const deep = await loadDocument({ file: '/p/0.yml', readText: readFrom(chain(150)) })
  assert.match(messages(deep).join(), /99\.yml.*components are nested more than 100 deep/)
})

test('files without end, as links in circles make them, are refused after 5,000', async () => {
  const text = 'type: pipeline\njobs: {a: {component: ./a/c.yml}, b: {component: ./b/c.yml}}'
  const { diagnostics, filesRead } = await loadDocument({ file: '/p/c.yml', readText: () => text })
  assert.equal(filesRead.length, 5000)
  const limits = diagnostics.filter(({ message }) => /refers to more than 5000 files/.test(message))
  assert.equal(limits.length, 1)
})

test('at most a thousand mistakes are collected', async () => {
  const text = `command: echo\n${Array.from({ length: 1500 }, (_, n) => `zzz_${n}: 1`).join('\n')}`
  assert.equal((await load(text)).diagnostics.length, 1000)
})

test('a pipeline of 1,000 steps and 250 kB is read in less than a second of CPU', async () => {
  let text = 'type: pipeline\njobs:\n'
  for (let n = 0; n < 1000; n++) {
    text += `  step_${n}:\n    command: python train.py --alpha \${{inputs.alpha}} --rows \${{inputs.rows}}\n`
    text += `    code: ./src\n    environment: azureml:sklearn@latest\n    inputs:\n      alpha: 0.${n}\n`
    text += `      rows: \${{parent.jobs.step_${Math.max(0, n - 1)}.outputs.out}}\n    outputs: {out: {type: uri_folder}}\n`
  }
  // Warm it takes about 150 ms; the bound leaves room for coverage.
  const { leastMs, result } = await leastProcessorTime(() => load(text), 1000)
  const { document } = result
  assert(document?.kind === 'pipeline-job')
  assert.equal(Object.keys(document.steps).length, 1000)
  assert.ok(leastMs <= 1000, `took ${leastMs} ms`)
})
