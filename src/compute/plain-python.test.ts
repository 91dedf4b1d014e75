import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { plainPython, shellWords } from './plain-python.ts'

for (const [text, words] of [
  ['python train.py --alpha 0.4', ['python', 'train.py', '--alpha', '0.4']],
  ['  python\ttrain.py \n', ['python', 'train.py']],
  ['python train.py \\\n  --out /a/b \\\n --x', ['python', 'train.py', '--out', '/a/b', '--x']],
  [`python x.py 'a b' "c $d"`, undefined],
  [`python x.py 'a $b' "c\\$d \\n" e\\ f ''`, ['python', 'x.py', 'a $b', 'c$d \\n', 'e f', '']],
  [`python x.py a'b'"c"d`, ['python', 'x.py', 'abcd']],
  ['python x.py größe=1', ['python', 'x.py', 'größe=1']],
  ['python x.py; rm y', undefined],
  ['python x.py && y', undefined],
  ['python x.py > z', undefined],
  ['python x.py $HOME', undefined],
  ['python x.py *', undefined],
  ['python x.py ~', undefined],
  ['python x.py {a,b}', undefined],
  ['python x.py # c', undefined],
  ['python x.py\npython y.py', undefined],
  ["python x.py 'a", undefined],
  ['A=1 python x.py', ['A=1', 'python', 'x.py']],
] as const) {
  test(`the words of ${JSON.stringify(text)}`, () => assert.deepEqual(shellWords(text), words))
}

test('words that are found are the words that bash passes', () => {
  const characters = [...`ab1 \t\n\\'"$\`*?~#;&|<>(){}[]!=^%é-./`]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...characters), { maxLength: 12 }), (parts) => {
      const words = shellWords(`printf %s\\\\0 x ${parts.join('')}`)
      if (words === undefined) return
      const said = execFileSync('bash', ['-c', `printf %s\\\\0 x ${parts.join('')}`], { encoding: 'utf8' })
      assert.deepEqual(said.split('\0').slice(0, -1), words.slice(2))
    }),
    { numRuns: 150 },
  )
})

function openLab(t: TestContext): { readonly folder: string; readonly bin: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-plain-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'x.py'), '')
  // Any binary: what counts is that it is one.
  symlinkSync(process.execPath, join(folder, 'python'))
  return { folder, bin: folder }
}

test('a plain script is taken, with the interpreter that bash would find', (t) => {
  const { folder, bin } = openLab(t)
  const options = { workingFolder: folder, environment: { PATH: `/nowhere:${bin}:/usr/bin` }, requirements: 'numpy==2' }
  assert.deepEqual(plainPython({ ...options, command: 'python x.py 1' }), {
    python: join(bin, 'python'),
    words: ['python', 'x.py', '1'],
  })
})

for (const [reason, more] of [
  [/more than one program/, { command: 'python x.py | tee log' }],
  [/does not begin with python/, { command: 'bash x.py' }],
  [/not followed by the file of a script/, { command: 'python -c pass' }],
  [/not followed by the file of a script/, { command: 'python -m x.py' }],
  [/no script y\.py/, { command: 'python y.py' }],
  [/PYTHONINSPECT/, { variables: { PYTHONINSPECT: '1' } }],
  [/BASH_ENV/, { variables: { BASH_ENV: '/x' } }],
  [/a\.b/, { variables: { 'a.b': '/x' } }],
  [/has torch, which is for GPUs/, { requirements: 'numpy==2.0\ntorch==2.6.0\n' }],
  [/nvidia-cublas/, { requirements: 'nvidia-cublas-cu12==12\n' }],
  [/not an interpreter but a script/, { variables: { PATH: '' } }],
] as const) {
  test(`a new process is started, because ${reason.source}`, (t) => {
    const { folder, bin } = openLab(t)
    const {
      command = 'python x.py',
      variables = {},
      requirements = '',
    } = more as {
      command?: string
      variables?: Record<string, string>
      requirements?: string
    }
    const found = plainPython({
      command,
      workingFolder: folder,
      environment: { PATH: bin, ...variables },
      requirements,
    })
    assert.match('cold' in found ? found.cold : 'it was taken', reason)
  })
}

test('a shim in the place of the interpreter is no interpreter', (t) => {
  const { folder } = openLab(t)
  const shims = mkdtempSync(join(folder, 'shims'))
  writeFileSync(join(shims, 'python'), '#!/bin/sh\nexec python "$@"\n')
  chmodSync(join(shims, 'python'), 0o755)
  const environment = { PATH: `${shims}:${folder}` }
  const found = plainPython({ command: 'python x.py', workingFolder: folder, environment, requirements: '' })
  assert.match('cold' in found ? found.cold : '', /a script that finds one/)
})
