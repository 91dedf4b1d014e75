import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasExpression, parseText, type Expression } from './expression.ts'

function only(text: string): Expression {
  const { parts, mistakes } = parseText(text)
  assert.deepEqual(mistakes, [])
  assert.equal(parts.length, 1)
  assert.equal(parts[0]!.kind, 'expression')
  return (parts[0] as { expression: Expression }).expression
}

const forms: readonly (readonly [string, Expression])[] = [
  ['${{inputs.alpha}}', { kind: 'input', name: 'alpha' }],
  ['${{outputs.model}}', { kind: 'output', name: 'model' }],
  ['${{search_space.lr}}', { kind: 'search-space', name: 'lr' }],
  ['${{parent.inputs.alpha}}', { kind: 'parent-input', name: 'alpha' }],
  ['${{parent.outputs.model}}', { kind: 'parent-output', name: 'model' }],
  ['${{parent.jobs.train.outputs.model}}', { kind: 'step-output', step: 'train', name: 'model' }],
  ['${{parent.jobs.train.inputs.alpha}}', { kind: 'step-input', step: 'train', name: 'alpha' }],
  ['${{parent.jobs.train}}', { kind: 'step', step: 'train' }],
  ['${{jobs.train.outputs.model}}', { kind: 'legacy-step-output', step: 'train', name: 'model' }],
  ['${{name}}', { kind: 'context', name: 'name' }],
  ['${{output_name}}', { kind: 'context', name: 'output_name' }],
  ['${{default_datastore}}', { kind: 'context', name: 'default_datastore' }],
  ['${{creation_context.trigger_time}}', { kind: 'context', name: 'creation_context.trigger_time' }],
  ['${{ inputs.alpha }}', { kind: 'input', name: 'alpha' }],
  ['${{\n  parent.inputs.alpha\n}}', { kind: 'parent-input', name: 'alpha' }],
  ['${{inputs.model.learning_rate}}', { kind: 'input', name: 'model.learning_rate' }],
  ['${{parent.jobs.a.outputs.group.o}}', { kind: 'step-output', step: 'a', name: 'group.o' }],
  ['${{parent.jobs.hello-world.outputs.o}}', { kind: 'step-output', step: 'hello-world', name: 'o' }],
]

for (const [text, expression] of forms) {
  test(`${JSON.stringify(text)} is ${expression.kind}`, () => assert.deepEqual(only(text), expression))
}

test('several expressions stand in one text, and the source is kept without inner white space', () => {
  assert.deepEqual(parseText('run-${{ parent.inputs.a }}-${{name}}!').parts, [
    { kind: 'text', text: 'run-' },
    { kind: 'expression', expression: { kind: 'parent-input', name: 'a' }, source: '${{parent.inputs.a}}' },
    { kind: 'text', text: '-' },
    { kind: 'expression', expression: { kind: 'context', name: 'name' }, source: '${{name}}' },
    { kind: 'text', text: '!' },
  ])
})

test('shell syntax that only looks alike is plain text', () => {
  for (const text of ['$HOME', '${HOME}', '{{jinja}}', '$(date)', '$$', '']) {
    assert.equal(hasExpression(text), false)
    assert.deepEqual(parseText(text), { parts: text === '' ? [] : [{ kind: 'text', text }], mistakes: [] })
  }
})

const misspelled: readonly (readonly [string, string])[] = [
  ['${{input.alpha}}', 'Did you mean ${{inputs.alpha}}?'],
  ['${{parent.input.alpha}}', 'Did you mean ${{parent.inputs.alpha}}?'],
  ['${{parents.inputs.alpha}}', 'Did you mean ${{parent.inputs.alpha}}?'],
  ['${{parent.job.train.outputs.model}}', 'Did you mean ${{parent.jobs.train.outputs.model}}?'],
  ['${{parent.jobs.train.output.a.b}}', 'Did you mean ${{parent.jobs.train.outputs.a.b}}?'],
  ['${{search_spaces.lr}}', 'Did you mean ${{search_space.lr}}?'],
  ['${{Name}}', 'Did you mean ${{name}}?'],
]
for (const [text, hint] of misspelled) {
  test(`${text} gets the nearest form`, () => {
    assert.deepEqual(parseText(text), { parts: [], mistakes: [{ message: `"${text}" is not an expression.`, hint }] })
  })
}

test('what is near nothing gets the list of forms', () => {
  const [mistake] = parseText('${{ github.sha }}').mistakes
  assert.equal(mistake!.message, '"${{github.sha}}" is not an expression.')
  assert.match(mistake!.hint, /^Known: inputs\.x, outputs\.x, .*parent\.jobs\.x\.outputs\.y, .*creation_context\.x$/)
})

test('an empty expression, an empty name and a list index are mistakes', () => {
  for (const text of ['${{}}', '${{ }}', '${{inputs.}}', '${{inputs.a..b}}', '${{inputs.a[0]}}', '${{inputs.a b}}']) {
    assert.equal(parseText(text).mistakes.length, 1, text)
  }
})

test('an expression that is never closed is named, cut to a readable length', () => {
  assert.deepEqual(parseText(`echo \${{inputs.${'x'.repeat(100)}`).mistakes, [
    { message: `"\${{inputs.${'x'.repeat(50)}..." is not closed.`, hint: 'End it with }}' },
  ])
})

test('the parts of a text without mistakes say the whole text again', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(...forms.slice(0, 13).map(([text]) => text)))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const { parts, mistakes } = parseText(text)
      const said = parts.map((part) => (part.kind === 'text' ? part.text : part.source)).join('')
      assert.equal(mistakes.length > 0 || said === text, true)
    }),
  )
})
