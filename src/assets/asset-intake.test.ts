import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import { folderWith } from '../artifacts/content-lab.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { parseDataUri } from '../spec/data-uri.ts'
import type { CommandComponent, PipelineComponent } from '../spec/documents.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import { createAsset, type AssetDocument, type CreatedAsset } from './asset-intake.ts'
import { openAssetLab, type AssetLab } from './assets.test-support.ts'
import { unpackComponent } from './stored-document.ts'

interface Lab extends AssetLab {
  readonly folder: string
  create(file: string): Promise<CreatedAsset>
}

function openLab(database: Database, t: TestContext, files: Readonly<Record<string, string>>): Lab {
  const lab = openAssetLab(database, t)
  const folder = folderWith(t, files)
  const readSource = () => Promise.reject(new SluiceError('input-not-found', 'not asked for here'))
  return {
    ...lab,
    folder,
    async create(file) {
      const { document } = await loadValidDocument({
        file: join(folder, file),
        readText: (path) => readFile(path, 'utf8'),
      })
      return createAsset({ ...lab, content: lab.store, readSource }, document as AssetDocument, 'tester')
    },
  }
}

const train = `
type: command
name: train
inputs: {alpha: {type: number, default: 0.5}, table: {type: uri_file, default: ./default.csv}}
outputs: {model: {type: uri_folder}}
code: ./src
additional_includes: [./shared]
environment: {image: python:3.11, conda_file: ./conda.yml}
command: python train.py
`
const files = {
  'train.yml': train,
  'src/train.py': 'print(1)',
  'src/.amlignore': '*.tmp',
  'src/left.tmp': 'x',
  'shared/common.py': 'y = 2',
  'default.csv': 'a,b',
  'conda.yml': 'dependencies: [python=3.11, {pip: [-r requirements.txt, pandas]}]',
  'requirements.txt': '# mine\nnumpy<3 \\\n  ; python_version > "3"\n-r more/deep.txt\n',
  'more/deep.txt': 'scipy\n',
}

databaseTest('a component needs nothing of its author’s machine any more', async (database, t) => {
  const { create, folder, catalogue, store } = openLab(database, t, files)
  const { version } = await create('train.yml')
  rmSync(folder, { recursive: true })
  const found = await catalogue.get({ kind: 'component', name: 'train' }, { label: 'latest' })
  assert.equal(JSON.stringify(found.definition).includes(folder), false)
  const component = unpackComponent(
    found.definition,
    { name: 'train', tags: {}, properties: {} },
    'azureml:train:1',
  ) as CommandComponent
  assert.equal(component.located.file, 'azureml:train:1')
  assert.equal(component.located.at(['command']), undefined)
  const code = parseDataUri((component.code as { uri: string }).uri)
  assert.ok(code?.kind === 'content')
  const tree = await store.tree(code.digest as never)
  assert.deepEqual(
    tree.map((entry) => entry.path),
    ['.amlignore', 'shared/common.py', 'train.py'],
  )
  assert.deepEqual(component.additionalIncludes, [])
  assert.deepEqual(component.environment, {
    kind: 'inline',
    environment: {
      image: 'python:3.11',
      conda: {
        content: { dependencies: ['python=3.11', { pip: ['numpy<3    ; python_version > "3"', 'scipy', 'pandas'] }] },
      },
    },
  })
  assert.match(component.inputs['table']!.default!, /^azureml:\/\/content\/file\/[0-9a-f]{64}\/default\.csv$/)
  assert.equal(version.type, 'command')
})

databaseTest('the same component is the same version; changed code is not', async (database, t) => {
  const { create, folder } = openLab(database, t, { ...files, 'train.yml': `${train}version: 3\n` })
  assert.equal((await create('train.yml')).isNew, true)
  assert.equal((await create('train.yml')).isNew, false)
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(folder, 'src/train.py'), 'print(2)')
  await assert.rejects(create('train.yml'), /The component train:3 exists with other content/)
})

databaseTest('a pipeline component holds its inner components and pins registered ones', async (database, t) => {
  const lab = openLab(database, t, {
    ...files,
    'pipeline.yml': `
type: pipeline
name: whole
version: 1
jobs:
  inner: {type: command, component: ./train.yml}
  named: {type: command, component: azureml:train@latest, inputs: {table: {type: uri_file, path: ./default.csv}}}
`,
  })
  await lab.create('train.yml')
  const { version } = await lab.create('pipeline.yml')
  await lab.create('train.yml')
  const component = unpackComponent(version.definition, { tags: {}, properties: {} }, 'x') as PipelineComponent
  const { inner, named } = component.steps as Record<string, { component: CommandComponent; inputs: object }>
  assert.equal(inner!.component.located.file, 'x')
  assert.match((inner!.component.code as { uri: string }).uri, /^azureml:\/\/content\/folder\//)
  assert.deepEqual(named!.component, { kind: 'asset', name: 'train', version: '1' })
  assert.match(JSON.stringify(named!.inputs), /azureml:\/\/content\/file\//)
})

databaseTest('an environment is kept whole; a requirements file outside its folder is refused', async (database, t) => {
  const lab = openLab(database, t, {
    ...files,
    'env.yml': 'name: e\nimage: python:3.11\nconda_file: conda.yml\n',
    'bad/env.yml': 'name: e\nconda_file: conda.yml\n',
    'bad/conda.yml': 'dependencies: [{pip: [-r ../requirements.txt]}]',
    'circle/env.yml': 'name: e\nconda_file: conda.yml\n',
    'circle/conda.yml': 'dependencies: [{pip: [-r r.txt]}]',
    'circle/r.txt': '-r r.txt',
    'docker/env.yml': 'name: d\nbuild: {path: ../src}\n',
  })
  const { version } = await lab.create('env.yml')
  assert.deepEqual(version.definition['image'], 'python:3.11')
  assert.equal(version.type, 'conda')
  await assert.rejects(lab.create('bad/env.yml'), /\.\.\/requirements\.txt.*cannot be read/)
  await assert.rejects(lab.create('circle/env.yml'), /circle of files/)
  const built = (await lab.create('docker/env.yml')).version
  assert.match(JSON.stringify(built.definition), /azureml:\/\/content\/folder\//)
  assert.equal(built.type, 'build')
})

databaseTest('data is what its type says', async (database, t) => {
  const lab = openLab(database, t, {
    'a.csv': 'a',
    'folder/a.csv': 'a',
    'table/MLTable': 'paths: []',
    'file.yml': 'name: d\ntype: uri_file\npath: a.csv\ndescription: rows\ntags: {a: b}\n',
    'folder.yml': 'name: d\ntype: uri_folder\npath: folder\n',
    'table.yml': 'name: d\ntype: mltable\npath: table\n',
    'wrong-file.yml': 'name: d\ntype: uri_file\npath: folder\n',
    'wrong-folder.yml': 'name: d\ntype: uri_folder\npath: a.csv\n',
    'wrong-table.yml': 'name: d\ntype: mltable\npath: folder\n',
    'missing.yml': 'name: d\ntype: uri_file\npath: nowhere.csv\n',
  })
  const { version } = await lab.create('file.yml')
  assert.deepEqual([version.data!.baseName, version.description, version.tags], ['a.csv', 'rows', { a: 'b' }])
  assert.equal((await lab.create('folder.yml')).version.data!.content.fileCount, 1)
  assert.equal((await lab.create('table.yml')).version.type, 'mltable')
  await assert.rejects(lab.create('wrong-file.yml'), /is a uri_file, but .*folder is a folder/)
  await assert.rejects(lab.create('wrong-folder.yml'), /is a uri_folder, but .*a\.csv is a file/)
  await assert.rejects(lab.create('wrong-table.yml'), /has no file "MLTable"/)
  await assert.rejects(lab.create('missing.yml'), /nowhere\.csv, which does not exist/)
})
