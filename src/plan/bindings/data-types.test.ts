import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canFlow, isFolderKind, isPrimitive } from './data-types.ts'

const types = ['uri_file', 'uri_folder', 'mltable', 'custom_model', 'mlflow_model', 'triton_model'] as const
const primitives = ['string', 'integer', 'number', 'boolean'] as const
const all = [...types, ...primitives]

test('every type flows into itself, and these into others', () => {
  const pairs = all.flatMap((from) =>
    all.filter((to) => from !== to && canFlow(from, to)).map((to) => `${from} -> ${to}`),
  )
  assert.deepEqual(
    all.filter((type) => !canFlow(type, type)),
    [],
  )
  assert.deepEqual(pairs, [
    'uri_file -> custom_model',
    'uri_folder -> custom_model',
    'mltable -> uri_folder',
    'custom_model -> uri_file',
    'custom_model -> uri_folder',
    'mlflow_model -> uri_folder',
    'mlflow_model -> custom_model',
    'triton_model -> uri_folder',
    'triton_model -> custom_model',
    'integer -> string',
    'integer -> number',
    'number -> string',
    'boolean -> string',
  ])
})

test('a type is text, a file or a folder', () => {
  assert.deepEqual(all.filter(isPrimitive), [...primitives])
  assert.deepEqual(all.filter(isFolderKind), types.slice(1))
})
