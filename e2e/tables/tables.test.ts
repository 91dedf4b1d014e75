// Our mltable beside Azure's own: the same MLTable files must give the same tables.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { pythonEnvironment } from '../python-environments.mjs'

const python = join(import.meta.dirname, '../../python')
const PYTHONPATH = [join(python, 'fallback'), join(python, 'src')].join(':')

type Table = { readonly error: string } | { readonly columns: string[]; readonly types: string[]; rows: unknown[][] }

async function corpus(interpreter: string, env: Record<string, string>): Promise<Map<string, Table>> {
  const { stdout } = await promisify(execFile)(interpreter, [join(import.meta.dirname, 'corpus.py')], {
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  })
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [string, Table]),
  )
}

test('our mltable gives what Azure’s gives, with and without PyYAML, under two generations of pandas', async (t) => {
  const theirs = await corpus(await pythonEnvironment(['mltable==1.7.*', 'pandas==3.*', 'setuptools<81']), {})
  assert.ok(theirs.size > 60)
  for (const packages of [
    ['pandas==3.*', 'pyarrow'],
    ['pandas==2.2.*', 'pyarrow', 'pyyaml'],
  ]) {
    await t.test(packages.join(', '), async () => {
      const ours = await corpus(await pythonEnvironment(packages), { PYTHONPATH })
      for (const [name, expected] of theirs) {
        const table = ours.get(name)!
        if ('error' in expected) assert.ok('error' in table, `${name}: ${JSON.stringify(table)}`)
        else assert.deepEqual([name, table], [name, expected])
      }
    })
  }
})

test('where mltable is installed, it is what scripts import', async () => {
  const interpreter = await pythonEnvironment(['mltable==1.7.*', 'pandas==3.*', 'setuptools<81'])
  const { stdout } = await promisify(execFile)(interpreter, ['-c', 'import mltable; print(mltable.__file__)'], {
    env: { ...process.env, PYTHONPATH },
  })
  assert.match(stdout, /site-packages/)
})
