import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keepOptionalSpans, renderCommand, spanMistake, withoutOptionalSpans } from './render-command.ts'

test('literals and paths are put in verbatim and unquoted', () => {
  const command = 'python train.py --alpha ${{inputs.alpha}} --data "${{ inputs.data }}" --out ${{outputs.model}}'
  const values = { inputs: { alpha: '0.4', data: '/in/my data' }, outputs: { model: '/out/model' } }
  assert.equal(renderCommand(command, values), 'python train.py --alpha 0.4 --data "/in/my data" --out /out/model')
})

test('without values the canonical template comes back', () => {
  const command = 'train ${{ inputs.alpha }} ${{\tinputs.data\n}} ${{outputs.m.x}}'
  assert.equal(renderCommand(command, {}), 'train ${{inputs.alpha}} ${{inputs.data}} ${{outputs.m.x}}')
})

test('an input of a value stays out of the outputs, and what an object inherits is no value', () => {
  assert.equal(
    renderCommand('${{outputs.a}} ${{inputs.toString}}', { inputs: { a: '1' } }),
    '${{outputs.a}} ${{inputs.toString}}',
  )
})

test('a value that holds an expression or a replacement pattern is not expanded', () => {
  const values = { inputs: { a: '${{inputs.b}} $& $1 $[[x]]', b: 'secret' } }
  assert.equal(renderCommand('echo ${{inputs.a}}', values), 'echo ${{inputs.b}} $& $1 $[[x]]')
})

test('property: rendering puts each value in once, whatever it holds', () => {
  const pieces = fc.array(fc.oneof(fc.string(), fc.constantFrom('${{inputs.b}}', '${{outputs.a}}', '$[[', ']]', '$&')))
  const value = pieces.map((parts) => parts.join(''))
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.equal(renderCommand('<${{inputs.a}}|${{inputs.b}}>', { inputs: { a, b } }), `<${a}|${b}>`)
    }),
  )
})

const hasValue = (name: string): boolean => name === 'given'

const spans: readonly (readonly [string, string, string])[] = [
  ['a span whose input has a value is kept', 'run $[[--x ${{inputs.given}}]] end', 'run --x ${{inputs.given}} end'],
  ['a span whose input has none is dropped', 'run $[[--x ${{inputs.none}}]] end', 'run  end'],
  ['one missing input drops the whole span', '$[[-a ${{inputs.given}} -b ${{inputs.none}}]]', ''],
  ['a span without inputs is kept', 'run $[[--fast]]', 'run --fast'],
  ['an output in a span always has a value', '$[[--o ${{outputs.o}}]]', '--o ${{outputs.o}}'],
  ['each span is decided alone', '$[[${{inputs.none}}]]$[[${{ inputs.given }}]]', '${{ inputs.given }}'],
  ['a span goes over several lines', 'run \\\n$[[--x\n  ${{inputs.none}}]]\nend', 'run \\\n\nend'],
  ['a shell test is no span', 'if [[ -f x ]]; then ls; fi', 'if [[ -f x ]]; then ls; fi'],
]
for (const [name, command, kept] of spans) {
  test(name, () => assert.equal(keepOptionalSpans(command, hasValue), kept))
}

test('a span whose inputs have values in some rounds only stays, unless another input has none', () => {
  const known = (name: string): boolean | 'in some rounds' => (name === 'round' ? 'in some rounds' : name === 'given')
  const command =
    '$[[-r ${{inputs.round}} ${{inputs.given}}]] $[[${{inputs.round}} ${{inputs.none}}]]$[[${{inputs.given}}]]'
  assert.equal(keepOptionalSpans(command, known), '$[[-r ${{inputs.round}} ${{inputs.given}}]] ${{inputs.given}}')
})

test('what a command needs in any case is what stands outside the spans', () => {
  assert.equal(withoutOptionalSpans('a ${{inputs.x}} $[[--y ${{inputs.y}}]] b'), 'a ${{inputs.x}}  b')
})

test('a span that is never closed is a mistake', () => {
  assert.deepEqual(spanMistake('a $[[x]] b $[[--y ${{inputs.y}}'), {
    message: '"$[[--y ${{inputs.y}}" is not closed.',
    hint: 'End the optional part with ]]',
  })
  assert.equal(spanMistake('a $[[x]] [[ y ]]'), undefined)
})
