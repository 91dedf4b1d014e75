import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelVersion } from '../../registry/registered-model.ts'
import {
  modelVersionMessage,
  modelVersionsMessage,
  registeredModelMessage,
  searchOf,
  tagsOf,
} from './registry-translate.ts'

const version: ModelVersion = {
  name: 'm',
  version: 12,
  stage: 'Staging',
  source: 'models:/m-1',
  storageLocation: 'mlflow-artifacts:/0/models/m-1/artifacts',
  createdBy: 'local',
  createdMs: 1,
  updatedMs: 2,
  tags: {},
  aliases: [],
}
const message = {
  name: 'm',
  version: '12',
  creation_timestamp: 1,
  last_updated_timestamp: 2,
  current_stage: 'Staging',
  source: 'models:/m-1',
  run_id: '',
  run_link: '',
  status: 'READY',
}

test('a version with nothing optional has no empty lists, and no word of ours', () => {
  assert.deepEqual(modelVersionMessage(version), message)
})

test('a version with everything has it under the names of the wire', () => {
  const whole = {
    ...version,
    description: 'd',
    runId: 'r',
    runLink: 'l',
    loggedModelId: 'm-1',
    tags: { b: '2', a: '' },
    aliases: ['champion'],
  }
  assert.deepEqual(modelVersionMessage(whole), {
    ...message,
    description: 'd',
    run_id: 'r',
    run_link: 'l',
    tags: [
      { key: 'b', value: '2' },
      { key: 'a', value: '' },
    ],
    aliases: ['champion'],
  })
})

test('a model without description, versions, tags and aliases has only its name and times', () => {
  const model = { name: 'm', createdMs: 1, updatedMs: 2, tags: {}, aliases: {}, latestVersions: [] }
  const plain = { name: 'm', creation_timestamp: 1, last_updated_timestamp: 2 }
  assert.deepEqual(registeredModelMessage(model), plain)
  assert.deepEqual(registeredModelMessage({ ...model, description: '' }), plain)
  assert.deepEqual(
    registeredModelMessage({ ...model, description: 'd', aliases: { x: 12 }, latestVersions: [version] }),
    {
      ...plain,
      description: 'd',
      aliases: [{ alias: 'x', version: '12' }],
      latest_versions: [message],
    },
  )
})

test('an empty page is an empty message, and the last page has no token', () => {
  assert.deepEqual(modelVersionsMessage({ items: [] }), {})
  assert.deepEqual(modelVersionsMessage({ items: [version], nextPageToken: 't' }), {
    model_versions: [message],
    next_page_token: 't',
  })
})

test('of two tags with one key the last counts, and a tag without a value is empty', () => {
  assert.deepEqual(tagsOf([{ key: 'a', value: '1' }, { key: 'a', value: '2' }, { key: 'b' }, {}]), {
    a: '2',
    b: '',
    '': '',
  })
  assert.deepEqual(Object.entries(tagsOf([{ key: '__proto__', value: 'x' }])), [['__proto__', 'x']])
})

test('what a search does not say is left to the registry', () => {
  assert.deepEqual(searchOf({}), {})
  assert.deepEqual(searchOf({ filter: '', max_results: 3, order_by: ['name'], page_token: 't' }), {
    filter: '',
    maxResults: 3,
    orderBy: ['name'],
    pageToken: 't',
  })
})
