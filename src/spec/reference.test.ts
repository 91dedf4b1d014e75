import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { Reference } from './document-parts.ts'
import { hasScheme, parseReference, resolvePath } from './reference.ts'
import { referenceText } from './scope.ts'

const from = '/project/pipelines/job.yml'
const workspace = '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w'

const local = (path: string): Reference => ({ kind: 'local', path })
const uri = (text: string): Reference => ({ kind: 'uri', uri: text })

const readable: readonly (readonly [string, Reference])[] = [
  ['azureml:rows:3', { kind: 'asset', name: 'rows', version: '3' }],
  ['azureml:rows:2024-01-01:b', { kind: 'asset', name: 'rows', version: '2024-01-01:b' }],
  ['azureml:rows@latest', { kind: 'asset', name: 'rows', label: 'latest' }],
  ['azureml:rows', { kind: 'asset', name: 'rows', label: 'default' }],
  ['AzureML:rows:3', { kind: 'asset', name: 'rows', version: '3' }],
  ['azureml:AzureML-lightgbm-3.3@latest', { kind: 'asset', name: 'AzureML-lightgbm-3.3', label: 'latest' }],
  [`azureml:${workspace}/components/train/versions/3`, { kind: 'asset', name: 'train', version: '3' }],
  [`azureml:${workspace}/environments/e/labels/latest`, { kind: 'asset', name: 'e', label: 'latest' }],
  [`azureml:${workspace}/models/m`, { kind: 'asset', name: 'm', label: 'default' }],
  [`azureml:${workspace}/computes/cpu`, uri(`azureml:${workspace}/computes/cpu`)],
  ['azureml://data/rows/versions/2', { kind: 'asset', name: 'rows', version: '2' }],
  ['azureml://locations/eastus/workspaces/0-1/models/m/versions/4', { kind: 'asset', name: 'm', version: '4' }],
  [
    'azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
    { kind: 'registry', registry: 'azureml', assetType: 'environments', name: 'sklearn-1.5', label: 'latest' },
  ],
  [
    'azureml://registries/r/components/c/versions/0.0.1/',
    { kind: 'registry', registry: 'r', assetType: 'components', name: 'c', version: '0.0.1' },
  ],
  ['azureml://registries/r/models/m', { kind: 'registry', registry: 'r', assetType: 'models', name: 'm' }],
  ['azureml://datastores/blob/paths/data/x/', uri('azureml://datastores/blob/paths/data/x/')],
  ['azureml://jobs/j/outputs/o/paths/data/x', uri('azureml://jobs/j/outputs/o/paths/data/x')],
  ['runs:/0123/model', uri('runs:/0123/model')],
  ['models:/diabetes@champion', uri('models:/diabetes@champion')],
  ['https://example.org/a.csv?x=1', uri('https://example.org/a.csv?x=1')],
  ['wasbs://c@a.blob.core.windows.net/x', uri('wasbs://c@a.blob.core.windows.net/x')],
  ['git+https://example.org/r.git#main', uri('git+https://example.org/r.git#main')],
  ['git@example.org:team/r.git', uri('git@example.org:team/r.git')],
  ['./data/rows.csv', local('/project/pipelines/data/rows.csv')],
  ['data/', local('/project/pipelines/data')],
  ['../shared/./x//y', local('/project/shared/x/y')],
  ['../../../../etc', local('/etc')],
  ['/data/rows', local('/data/rows')],
  ['  ./spaced out.csv ', local('/project/pipelines/spaced out.csv')],
  ['file:./env.yml', local('/project/pipelines/env.yml')],
  ['file:/env.yml', local('/env.yml')],
  ['file:///data/a%20b', local('/data/a b')],
  ['file://localhost/data', local('/data')],
  ['file://./relative', local('/project/pipelines/relative')],
  ['azureml:ex/cli/data', local('/project/pipelines/ex/cli/data')],
  ['azureml:./data', local('/project/pipelines/data')],
  ['azureml:/home/me/data', local('/home/me/data')],
  ['azureml:https://example.org/iris.csv', { kind: 'uri', uri: 'https://example.org/iris.csv' }],
  [
    '/subscriptions/s/resourceGroups/r/providers/p/workspaces/w/data/taxi/versions/2',
    { kind: 'asset', name: 'taxi', version: '2' },
  ],
  ['/subscriptions/paid.csv', local('/subscriptions/paid.csv')],
  ['name:with-colon.txt', local('/project/pipelines/name:with-colon.txt')],
  ['train', local('/project/pipelines/train')],
]

for (const [text, expected] of readable) {
  test(`${text} is read as ${expected.kind}`, () => {
    assert.deepEqual(parseReference(text, from), expected)
  })
}

const refused: readonly (readonly [string, RegExp, RegExp])[] = [
  ['', /the reference "" is empty/, /Write a path/],
  ['file:', /is empty/, /after "file:"/],
  ['C:\\data\\rows.csv', /is a Windows path/, /forward slashes/],
  ['D:/data', /is a Windows path/, /relative to this file/],
  ['\\\\server\\share', /is a Windows path/, /forward slashes/],
  ['.\\src\\train.py', /has backslashes/, /\.\/src\/train\.py/],
  ['~/data', /starts with ~/, /whole path/],
  ['~', /starts with ~/, /whole path/],
  ['a\u0000b', /has a control character/, /Remove it/],
  ['azureml:', /is not azureml:NAME:VERSION/, /@latest/],
  ['azureml:a b', /is not azureml:NAME:VERSION/, /@latest/],
  ['azureml:rows:', /has no valid version/, /azureml:NAME:VERSION/],
  ['azureml:rows@', /has no valid label/, /azureml:NAME@LABEL/],
  ['azureml:rows:1@latest', /has no valid version/, /azureml:NAME@LABEL/],
  ['azureml://registries/r/models', /is not a whole registry reference/, /versions\/VERSION/],
  ['azureml://registries/r/models/m/version/1', /is not a whole registry reference/, /labels\/LABEL/],
  ['azureml://registries/r/models/m/versions', /is not a whole registry reference/, /labels\/LABEL/],
  ['file:///a%zz', /has a broken % escape/, /file:\.\//],
]

for (const [text, problem, hint] of refused) {
  test(`${JSON.stringify(text)} is refused with the reason and the remedy`, () => {
    assert.throws(
      () => parseReference(text, from),
      (error) => {
        assert(error instanceof SluiceError)
        assert.equal(error.code, 'invalid-reference')
        assert.match(error.message, problem)
        assert.match(error.hint ?? '', hint)
        return true
      },
    )
  })
}

test('a reference written as text is read as the same reference', () => {
  for (const [, reference] of readable) {
    if (reference.kind === 'uri' && reference.uri.includes('computes')) continue
    assert.deepEqual(parseReference(referenceText(reference), '/elsewhere/x.yml'), reference)
  }
})

test('a reference of a kind that does not exist is a bug', () => {
  assert.throws(() => referenceText({ kind: 'other' } as never), /Bug: unexpected/)
})

test('text with a scheme of its own is told from a path', () => {
  for (const text of ['azureml:a', 'https://a', 'git+ssh://a', 'git@a:b', 'runs:/a', 'abfss://a'])
    assert.ok(hasScheme(text), text)
  for (const text of ['./a', '/a', 'file:./a', 'a', 'C:/a']) assert.ok(!hasScheme(text), text)
})

test('paths are resolved in the text alone, relative ones stay relative', () => {
  assert.equal(resolvePath('/a/b.yml', '.'), '/a')
  assert.equal(resolvePath('/b.yml', 'c'), '/c')
  assert.equal(resolvePath('b.yml', './c/../d'), 'd')
  assert.equal(resolvePath('b.yml', '..'), '..')
  assert.equal(resolvePath('x/b.yml', '../../c'), '../c')
  assert.equal(resolvePath('x/b.yml', '..'), '.')
})
