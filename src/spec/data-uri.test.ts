import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentUri, parseDataUri } from './data-uri.ts'

const digest = 'ab'.repeat(32)

test('every form of URI is told apart', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['azureml://datastores/blob/paths/a/b.csv', { kind: 'datastore', datastore: 'blob', path: 'a/b.csv' }],
    ['azureml://datastores/blob/paths/./a/', { kind: 'datastore', datastore: 'blob', path: 'a' }],
    ['azureml://datastores/blob/paths', { kind: 'datastore', datastore: 'blob', path: '' }],
    ['azureml://datastores/blob/', { kind: 'datastore', datastore: 'blob', path: '' }],
    ['azureml://datastores/blob/data/x', undefined],
    [
      'azureml://subscriptions/s/resourcegroups/r/workspaces/w/datastores/blob/paths/data/x',
      { kind: 'datastore', datastore: 'blob', path: 'data/x' },
    ],
    ['azureml:/subscriptions/s/x/datastores/blob/paths/y', { kind: 'datastore', datastore: 'blob', path: 'y' }],
    ['azureml://jobs/fine_fox/outputs/model', { kind: 'job-output', job: 'fine_fox', output: 'model', path: '' }],
    [
      'azureml://jobs/fine_fox/outputs/model/paths/data/w.bin',
      { kind: 'job-output', job: 'fine_fox', output: 'model', path: 'data/w.bin' },
    ],
    ['runs:/abc/model/MLmodel', { kind: 'run', run: 'abc', path: 'model/MLmodel' }],
    ['runs:/abc', { kind: 'run', run: 'abc', path: '' }],
    ['models:/diabetes@champion', { kind: 'model', uri: 'models:/diabetes@champion' }],
    ['HTTPS://example.com/a.csv', { kind: 'web', url: 'HTTPS://example.com/a.csv' }],
    [
      `azureml://content/file/${digest}/a%20b.csv`,
      { kind: 'content', contentKind: 'file', digest, baseName: 'a b.csv' },
    ],
    [`azureml://content/file/${digest}/50%`, { kind: 'content', contentKind: 'file', digest, baseName: '50%' }],
    ['azureml://content/file/123/x', undefined],
    ['azureml://jobs/j', undefined],
    ['abfss://container@account/x', undefined],
    ['git+https://example.com/r.git', { kind: 'git', uri: 'git+https://example.com/r.git' }],
  ]
  for (const [uri, expected] of cases) assert.deepEqual(parseDataUri(uri), expected, uri)
})

test('a content URI reads back as what it was made of', () => {
  for (const baseName of ['data.csv', 'a b', '100%', 'ünï/slash']) {
    const uri = contentUri({ kind: 'folder', digest, baseName })
    assert.deepEqual(parseDataUri(uri), { kind: 'content', contentKind: 'folder', digest, baseName })
  }
})
