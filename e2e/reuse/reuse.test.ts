import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { programCache } from '../python-environments.mjs'

const sluice = join(import.meta.dirname, '../../bin/sluice.mjs')

interface Change {
  readonly field: string
  readonly old?: string
  readonly now?: string
}
interface Plan {
  readonly steps: readonly {
    readonly path: string
    readonly verdict: {
      readonly kind: string
      readonly reason?: { readonly kind: string; readonly changes?: readonly Change[] }
    }
  }[]
}

const yaml = `
type: pipeline
display_name: reuse
experiment_name: reuse
jobs:
  a:
    command: echo ran >>MARKS; cat "\${{inputs.data}}" script.txt >\${{outputs.o}}; echo \${{inputs.alpha}} >>\${{outputs.o}}
    code: ./code
    environment:
      conda_file: conda.yml
      image: python:3
    environment_variables:
      MODE: fast
    inputs:
      alpha: 0.4
      data: {type: uri_file, path: data.csv, mode: ro_mount}
    outputs:
      o: {type: uri_file, mode: rw_mount}
    distribution: {type: pytorch, process_count_per_instance: 1}
    resources: {instance_count: 1}
`
const conda = (name: string): string => `name: x\ndependencies: [python, {pip: [${name}]}]\n`

/** One change of what a step is made of, and the field that \`plan\` must name for it, alone. */
interface Variation {
  readonly what: string
  readonly make: (folder: string, marks: string) => void
  readonly field: RegExp
  readonly old?: RegExp
  readonly now?: RegExp
}

const edit =
  (from: string, to: string) =>
  (folder: string): void => {
    const file = join(folder, 'pipeline.yml')
    const text = readFileSync(file, 'utf8')
    assert.ok(text.includes(from))
    writeFileSync(file, text.replace(from, to))
  }

const variations: readonly Variation[] = [
  { what: 'the command', make: edit('echo ran', 'echo  ran'), field: /^command$/, old: /echo ran/, now: /echo {2}ran/ },
  { what: 'a literal input', make: edit('alpha: 0.4', 'alpha: 0.5'), field: /alpha/, old: /^0\.4$/, now: /^0\.5$/ },
  {
    what: 'the bytes of a data input',
    make: (folder) => writeFileSync(join(folder, 'data.csv'), 'x\n2\n'),
    field: /data/,
  },
  {
    what: 'the name of a data input',
    make: (folder) => {
      renameSync(join(folder, 'data.csv'), join(folder, 'data.txt'))
      edit('path: data.csv', 'path: data.txt')(folder)
    },
    field: /data/,
    old: /data\.csv/,
    now: /data\.txt/,
  },
  {
    what: 'the mode of a data input',
    make: edit('mode: ro_mount', 'mode: download'),
    field: /data/,
    old: /ro_mount/,
    now: /download/,
  },
  { what: 'the code', make: (folder) => writeFileSync(join(folder, 'code', 'script.txt'), 'other\n'), field: /^code$/ },
  {
    what: 'the environment',
    make: (folder) => writeFileSync(join(folder, 'conda.yml'), conda('iniconfig==2.0.0')),
    field: /^environment$/,
  },
  { what: 'an environment variable', make: edit('MODE: fast', 'MODE: slow'), field: /MODE/, old: /fast/, now: /slow/ },
  {
    what: 'a new environment variable',
    make: edit('MODE: fast', 'MODE: fast\n      LEVEL: high'),
    field: /LEVEL/,
    now: /high/,
  },
  {
    what: 'the type of an output',
    make: edit('o: {type: uri_file', 'o: {type: uri_folder'),
    field: /o\b/,
    old: /uri_file/,
    now: /uri_folder/,
  },
  {
    what: 'the mode of an output',
    make: edit('mode: rw_mount', 'mode: upload'),
    field: /o\b/,
    old: /rw_mount/,
    now: /upload/,
  },
  {
    what: 'the distribution',
    make: edit('process_count_per_instance: 1', 'process_count_per_instance: 2'),
    field: /distribution/,
    old: /1/,
    now: /2/,
  },
  {
    what: 'the number of instances',
    make: edit('instance_count: 1', 'instance_count: 2'),
    field: /instance/,
    old: /^1$/,
    now: /^2$/,
  },
]

function layOut(folder: string, marks: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'code'), { recursive: true })
  writeFileSync(join(folder, 'code', 'script.txt'), 'script\n')
  writeFileSync(join(folder, 'data.csv'), 'x\n1\n')
  writeFileSync(join(folder, 'conda.yml'), conda('six==1.16.0'))
  writeFileSync(join(folder, 'pipeline.yml'), yaml.replace('MARKS', marks))
}

test('plan names exactly the one field that changed, with its old and new value, and nothing else', async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'sluice-reuse-'))
  const [folder, marks] = [join(place, 'project'), join(place, 'marks')]
  const env = { ...process.env, SLUICE_CACHE: programCache, SLUICE_DATA: join(place, 'store'), SLUICE_PORT: '0' }
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [sluice, ...args], { cwd: place, env, maxBuffer: 1 << 26 })).stdout
  t.after(async () => {
    await run('down').catch(() => undefined)
    rmSync(place, { recursive: true, force: true })
  })
  const plan = async (): Promise<Plan['steps'][number]['verdict']> =>
    (JSON.parse(await run('plan', 'project/pipeline.yml', '--json')) as Plan).steps[0]!.verdict
  layOut(folder, marks)
  await run('up', '--detach')
  assert.deepEqual(await plan(), { kind: 'run', reason: { kind: 'no-earlier-job' } })
  await run('run', 'project/pipeline.yml')
  assert.equal((await plan()).kind, 'unchanged')

  for (const { what, make, field, old, now } of variations) {
    await t.test(what, async () => {
      layOut(folder, marks)
      make(folder, marks)
      const { reason } = await plan()
      assert.equal(reason?.kind, 'changed')
      const changes = reason.changes ?? []
      assert.equal(changes.length, 1, JSON.stringify(changes))
      assert.match(changes[0]!.field, field)
      if (old !== undefined) assert.match(String(changes[0]!.old), old)
      if (now !== undefined) assert.match(String(changes[0]!.now), now)
      assert.notEqual(changes[0]!.old, changes[0]!.now)
    })
  }

  await t.test('what is no part of the result changes nothing: names, comments, compute, time stamps', async () => {
    layOut(folder, marks)
    edit(
      'display_name: reuse',
      'display_name: reuse # a comment\ndescription: other words\ntags: {a: b}\ncompute: azureml:other',
    )(folder)
    assert.equal((await plan()).kind, 'unchanged')
    await run('run', 'project/pipeline.yml')
    assert.equal(readFileSync(marks, 'utf8'), 'ran\n')
  })
})
