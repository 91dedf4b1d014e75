import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { SluiceError } from '../base/errors.ts'
import { renderDiagnostic } from './diagnostics.ts'
import { loadDocument } from './load-document.ts'
import { parseReference } from './reference.ts'

/*
 * Whatever a file holds, reading it ends in a document or in mistakes that a person can find: never in an exception.
 * Every mistake stands in a file that was read, inside its text, and takes at most three lines.
 */

const valid = new URL('./fixtures/valid/', import.meta.url)
const names = readdirSync(valid).filter((name) => name.endsWith('.yml'))
const texts = new Map(names.map((name) => [name, readFileSync(new URL(name, valid), 'utf8')]))

async function assertAnswered(text: string): Promise<void> {
  const read = new Map<string, string>()
  const { document, diagnostics } = await loadDocument({
    file: '/project/job.yml',
    readText: (path) => {
      // Every file that is referred to is the same one, as far as it goes.
      if (read.size === 20) throw new Error('no more files')
      read.set(path, text)
      return text
    },
  })
  assert.ok(document !== undefined || diagnostics.length > 0)
  for (const diagnostic of diagnostics) {
    assert.ok(renderDiagnostic(diagnostic).split('\n').length <= 3, diagnostic.message)
    const { at } = diagnostic
    assert.ok(at !== undefined, diagnostic.message)
    const lines = read
      .get(at.file)
      ?.replace(/^\uFEFF/, '')
      .split('\n')
    const line = lines?.[at.line - 1]
    assert.ok(line !== undefined && at.column >= 1 && at.column <= line.length + 1, `${at.line}:${at.column}`)
  }
}

test('a file of arbitrary text is answered', async () => {
  const pieces = fc.constantFrom(
    ...'a b : - [ ] { } , " \' # & * ! | > % @ ` ? ~ \n'.split(' '),
    '\n',
    '  ',
    ': ',
    '- ',
    '<<: ',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
      assertAnswered,
    ),
  )
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), assertAnswered))
})

test('a valid file with a stretch of it replaced is answered', async () => {
  const change = fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(5000),
    length: fc.nat(30),
    by: fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom('', '\n', '  ', ': ', '[', '{', '*a', '&a ', '!!x ', 'null'),
    ),
  })
  const changed = change.map(({ name, at, length, by }) => {
    const text = texts.get(name)!
    const start = at % (text.length + 1)
    return text.slice(0, start) + by + text.slice(start + length)
  })
  await fc.assert(fc.asyncProperty(changed, assertAnswered), { numRuns: 400 })
})

test('a document whose keys hold any value is answered', async () => {
  const known =
    'type name jobs command component inputs outputs environment code limits retry resources distribution path'
  const key = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known.split(' ')) }, fc.string({ maxLength: 6 }))
  const kinds = [
    'command',
    'pipeline',
    'if_else',
    'uri_file',
    'mlflow_model',
    'managed',
    '${{parent.jobs.a.outputs.b}}',
  ]
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(fc.constantFrom(...kinds), fc.string({ maxLength: 8 }), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    ),
  }))
  const document = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 8 })
  // JSON is YAML.
  await fc.assert(
    fc.asyncProperty(
      document.map((value) => JSON.stringify(value)),
      assertAnswered,
    ),
    { numRuns: 400 },
  )
})

test('a reference is read or refused with a reason', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `azureml:${rest}`),
    fc.webUrl(),
    fc.string().map((rest) => `file:${rest}`),
  )
  fc.assert(
    fc.property(text, (reference) => {
      try {
        const read = parseReference(reference, '/project/job.yml')
        assert.ok(read.kind !== 'local' || read.path.startsWith('/'))
      } catch (error) {
        assert(error instanceof SluiceError)
        assert.equal(error.code, 'invalid-reference')
        assert.ok(error.hint)
      }
    }),
  )
})
