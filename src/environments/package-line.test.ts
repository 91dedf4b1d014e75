import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalName, parsePackageLine } from './package-line.ts'

const accepted: readonly (readonly [line: string, text: string])[] = [
  ['numpy', 'numpy'],
  ['numpy==1.26.4', 'numpy==1.26.4'],
  ['  numpy == 1.26.4  # the last one', 'numpy==1.26.4'],
  ['scikit-learn>=1.5, <2', 'scikit-learn>=1.5,<2'],
  ['scikit-learn (>=1.5)', 'scikit-learn>=1.5'],
  ['pandas[excel, parquet]~=1.5', 'pandas[excel,parquet]~=1.5'],
  ['pandas==1.5.*', 'pandas==1.5.*'],
  ['torch==2.3.0+cpu', 'torch==2.3.0+cpu'],
  ['mlflow<3,>=2.1', 'mlflow<3,>=2.1'],
  ['numpy!=1.20,', 'numpy!=1.20'],
  ["pandas==1.5.3 ; python_version < '3.12'", "pandas==1.5.3 ; python_version < '3.12'"],
  [
    'pywin32; sys_platform == "win32" and python_version>="3.8"',
    'pywin32 ; sys_platform == "win32" and python_version>="3.8"',
  ],
  ['six==1.16.0 --hash=sha256:8abb', 'six==1.16.0'],
  ['ruamel.yaml', 'ruamel.yaml'],
]
for (const [line, text] of accepted) {
  test(`the line ${JSON.stringify(line)} is the requirement ${text}`, () => {
    const parsed = parsePackageLine(line, [])
    assert.ok(parsed.kind === 'requirement', JSON.stringify(parsed))
    assert.equal(parsed.text, text)
  })
}

const refused: readonly (readonly [line: string, words: RegExp])[] = [
  ['--index-url https://evil.example/simple', /takes packages from https:\/\/evil\.example\/simple/],
  ['-i https://evil.example/simple', /not an allowed source/],
  ['--extra-index-url=https://evil.example/simple', /not an allowed source/],
  ['-f https://evil.example/wheels', /not an allowed source/],
  ['--find-links ./wheels', /is not a URL/],
  ['--trusted-host evil.example', /--trusted-host\) that is not accepted/],
  ['-e git+https://evil.example/x.git#egg=x', /not an allowed source/],
  ['-e .', /local path/],
  ['git+https://evil.example/x.git', /not an allowed source/],
  ['git+ssh://git@evil.example/x.git', /password|not an allowed/],
  ['x @ https://evil.example/x-1-py3-none-any.whl', /not an allowed source/],
  ['https://evil.example/x-1-py3-none-any.whl', /not an allowed source/],
  ['x @ file:///etc/passwd', /not an allowed source/],
  ['file:///etc/passwd', /not an allowed source/],
  ['./dist/x-1-py3-none-any.whl', /local path/],
  ['../x', /local path/],
  ['~/x', /local path/],
  ['/opt/x', /local path/],
  ['dist/x.whl', /local path/],
  ['-c constraints.txt', /constraints/],
  ['-r https://evil.example/requirements.txt', /reads requirements from/],
  ['--pre', /--pre\) that is not accepted/],
  ['--global-option=--evil x', /not accepted/],
  ['--no-binary :all:', /not accepted/],
  ['numpy==1.0 --global-option="evil"', /cannot be read/],
  ['numpy\n--index-url https://evil.example/simple', /line break/],
  ['numpy\r--index-url https://evil.example/simple', /line break/],
  ['numpy\u0000', /control character/],
  ['numpy\u2028six', /line break/],
  ['numpy=1.21', /one "="/],
  ['numpy 1.21', /version "1.21"/],
  ['azureml-core=={{latest-pypi-version}}', /cannot be read/],
  ['numpy==${VERSION}', /cannot be read/],
  ['numpy ; $(id)', /marker/],
  ['numpy \\', /cannot be read/],
  ['@@@', /not a requirement/],
]
for (const [line, words] of refused) {
  test(`the line ${JSON.stringify(line)} is refused`, () => {
    const parsed = parsePackageLine(line, [])
    assert.ok(parsed.kind === 'refused', JSON.stringify(parsed))
    assert.match(parsed.why, words)
    assert.notEqual(parsed.hint, '')
  })
}

test('comments and blank lines install nothing, and harmless flags are noted', () => {
  assert.deepEqual(parsePackageLine('', []), { kind: 'nothing' })
  assert.deepEqual(parsePackageLine('# numpy', []), { kind: 'nothing' })
  const flag = parsePackageLine('--prefer-binary', [])
  assert.ok(flag.kind === 'nothing' && flag.note?.includes('--prefer-binary'))
})

test('an allowed source lets an index and a URL pass, in normal form', () => {
  const allowed = ['https://wheels.example/whl/', 'https://git.example/team']
  assert.deepEqual(parsePackageLine('--extra-index-url=https://wheels.example/whl/cpu', allowed), {
    kind: 'option',
    text: '--extra-index-url https://wheels.example/whl/cpu',
  })
  assert.deepEqual(parsePackageLine('-e git+https://git.example/team/x.git@1f2e#egg=My_Pkg', allowed), {
    kind: 'requirement',
    name: 'my-pkg',
    text: 'My_Pkg @ git+https://git.example/team/x.git@1f2e#egg=My_Pkg',
  })
  assert.deepEqual(parsePackageLine('https://git.example/team/x-1-py3-none-any.whl ; python_version > "3"', allowed), {
    kind: 'requirement',
    name: 'https://git.example/team/x-1-py3-none-any.whl',
    text: 'https://git.example/team/x-1-py3-none-any.whl ; python_version > "3"',
  })
})

for (const url of [
  'https://wheels.example.evil.example/whl/cpu',
  'https://wheels.example/whlevil/cpu',
  'https://wheels.example/whl/../evil',
  'https://wheels.example/whl/%2e%2e/evil',
  'https://wheels.example/whl/%2e%2e%2fevil',
  'http://wheels.example/whl/cpu',
  'https://wheels.example:8443/whl/cpu',
  'https://user:secret@wheels.example/whl/cpu',
  'https://wheels.example/whl/cpu --trusted-host x',
]) {
  test(`${url} does not pass as https://wheels.example/whl/`, () => {
    const parsed = parsePackageLine(`--index-url ${url}`, ['https://wheels.example/whl/'])
    assert.ok(parsed.kind === 'refused', JSON.stringify(parsed))
    assert.doesNotMatch(parsed.why + parsed.hint, /secret/)
  })
}

test('whatever the line, what passes is one line that is no option, names no path and no URL', () => {
  const alphabet = fc.constantFrom(
    ...'ab1.-_=<>!~,;@#[]()"\' \n\r\t/\\:+$%{}',
    '--index-url ',
    '-e ',
    '-r ',
    'https://x/',
  )
  const line = fc.array(alphabet, { maxLength: 24 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(line, (text) => {
      const parsed = parsePackageLine(text, [])
      assert.notEqual(parsed.kind, 'option')
      if (parsed.kind === 'requirement') assert.match(parsed.text, /^[A-Za-z0-9][^\n\r@/\\$]*$/)
    }),
    { numRuns: 2000 },
  )
})

test('names that differ in case and separators are one name', () => {
  assert.equal(normalName('Ruamel_Yaml'), normalName('ruamel.yaml'))
})
