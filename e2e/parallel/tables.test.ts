// Parallel jobs over tables: frames of the right rows reach run(), in environments with pandas.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pythonEnvironment } from '../python-environments.mjs'
import { type HostLab, openHostLab } from './host-lab.ts'

async function openTableLab(t: TestContext, script: string, files: Record<string, string>): Promise<HostLab> {
  const python = await pythonEnvironment(['pandas==3.*', 'pyarrow'])
  const lab = openHostLab(t, { files: 0, script, python })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(lab.folder, 'data', name)), { recursive: true })
    writeFileSync(join(lab.folder, 'data', name), text)
  }
  return lab
}

const rows = (from: number, to: number, store = 's'): string =>
  `n,store\n${Array.from({ length: to - from }, (_, index) => `${from + index},${store}\n`).join('')}`

const table = `type: mltable
paths:
  - pattern: ./*.csv
transformations:
  - read_delimited:
      delimiter: ','
`
const mltable = (lab: HostLab): Record<string, unknown> => ({
  data: { path: join(lab.folder, 'data'), type: 'mltable' },
})

test('rows of a table, so many to a mini-batch, across its files', async (t) => {
  const lab = await openTableLab(
    t,
    'def run(frame):\n    mark(str(len(frame)))\n    return frame.assign(double=frame["n"] * 2)\n',
    {
      MLTable: table,
      'a.csv': rows(2, 7),
      'b.csv': rows(7, 12),
    },
  )
  const { code, log } = await lab.run({ ...mltable(lab), miniBatchSize: { unit: 'items', amount: 4 } })
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), Array.from({ length: 10 }, (_, index) => `${index + 2} s ${2 * (index + 2)}\n`).join(''))
  assert.deepEqual([...lab.marks()].sort(), ['2', '4', '4'])
})

test('bytes of a table are those of its files', async (t) => {
  const lab = await openTableLab(t, 'def run(frame):\n    mark(str(len(frame)))\n    return frame["n"].to_numpy()\n', {
    MLTable: table,
    'a.csv': rows(10_000, 10_512),
  })
  const { code, log } = await lab.run({ ...mltable(lab), miniBatchSize: { unit: 'bytes', amount: 1024 } })
  assert.equal(code, 0, log)
  const counts = lab.marks().map(Number)
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    512,
  )
  assert.ok(counts.length === 4 || counts.length === 5, String(counts))
  assert.equal(lab.rows().split('\n').length, 513)
})

test('partition keys of a table are columns; rows of one key come together from all files', async (t) => {
  const lab = await openTableLab(
    t,
    `def run(frame, context):
    return [[context.partition_key_value["store"], len(frame), frame["n"].sum()]] * len(frame)
`,
    { MLTable: table, 'a.csv': rows(2, 4, 'x') + '4,y\n', 'b.csv': rows(5, 7, 'x') },
  )
  const { code, log } = await lab.run({ ...mltable(lab), partitionKeys: ['store'] })
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), 'x 4 16\n'.repeat(4) + 'y 1 4\n')
  const wrong = await lab.run({ ...mltable(lab), partitionKeys: ['shop'] })
  assert.match(wrong.log, /partition_keys: there is no column shop; there are: n, store/)
})

test('a table without reader is files, and its partition keys stand in their paths', async (t) => {
  const text =
    'def run(files, context):\n    return [[context.partition_key_value["store"], read(file)] for file in files]\n'
  const lab = await openTableLab(t, text, {
    MLTable: `paths:
  - pattern: ./**/*.txt
transformations:
  - extract_columns_from_partition_format:
      partition_format: /{store}/{name}.txt
`,
    '1/a.txt': 'one',
    '2/b.txt': 'two',
    '2/c.txt': 'three',
  })
  const { code, log } = await lab.run({ ...mltable(lab), partitionKeys: ['store'] })
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), '1 one\n2 two\n2 three\n')
})

test('a random sample is drawn once: the next attempt has the same mini-batches', async (t) => {
  const lab = await openTableLab(
    t,
    `def run(frame):
    if len(frame) and frame["n"].iloc[0] > 300 and first_time("fail"):
        raise ValueError("not yet")
    return frame["n"].tolist()
`,
    { MLTable: `${table}  - take_random_sample: {probability: 0.5}\n`, 'a.csv': rows(2, 602) },
  )
  const more = {
    ...mltable(lab),
    miniBatchSize: { unit: 'items', amount: 20 },
    maxRetries: 0,
    miniBatchErrorThreshold: 0,
  }
  assert.equal((await lab.run(more)).code, 1)
  const second = await lab.run(more)
  assert.match(second.log, /\d+ were done by an earlier attempt/)
  const numbers = lab.rows().trim().split('\n').map(Number)
  assert.equal(new Set(numbers).size, numbers.length)
  assert.deepEqual(
    [...numbers].sort((left, right) => left - right),
    numbers,
  )
})

test('a model takes the place of the script: each row with its place and file', async (t) => {
  const lab = await openTableLab(t, '', { 'a.csv': rows(2, 4), 'b.csv': rows(4, 5), 'c.png': '' })
  writeFileSync(
    join(lab.folder, 'tiny.py'),
    `import pickle, pathlib
class Tiny:
    def predict(self, frame):
        return frame["n"].to_numpy() * 10
if __name__ == "__main__":
    import tiny
    pathlib.Path("model").mkdir()
    pathlib.Path("model/model.pkl").write_bytes(pickle.dumps(tiny.Tiny()))
`,
  )
  const python = await pythonEnvironment(['pandas==3.*', 'pyarrow'])
  execFileSync(python, ['tiny.py'], { cwd: lab.folder })
  const { code, log } = await lab.run({ entry: { kind: 'model', path: 'model' }, maxRetries: 0 })
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), '0 20 a.csv\n1 30 a.csv\n0 40 b.csv\n')
  assert.match(log, /c.png is no table that a model task can read/)
})

test('a table that cannot be read ends the job with the reason', async (t) => {
  const lab = await openTableLab(t, 'def run(frame):\n    return frame\n', {
    MLTable: 'paths:\n  - file: ./nope.csv\n',
  })
  const { code, log } = await lab.run(mltable(lab))
  assert.equal(code, 1)
  assert.match(log, /input_data: The file \.\/nope.csv does not exist/)
})
