import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { mlflowClients, pythonEnvironment } from '../../../e2e/python-environments.mjs'
import { systemClock } from '../../../test/system-clock.ts'
import { processesOf } from '../../processes/process-tree.ts'
import type { AttemptSpec, ComputeBackend } from '../compute-backend.ts'
import { plainPython } from '../plain-python.ts'
import { localBackend } from './index.ts'

/*
 * A script run by a new process and by a warm interpreter must not differ in a byte: log, exit code and files. What
 * cannot be equal, process ids and times, the scripts do not print.
 */

const corpus = join(import.meta.dirname, 'warm-corpus')
const python = await pythonEnvironment(mlflowClients[2.22])
const warmHost = join(import.meta.dirname, '../../../python/src/sluiceworks/warm_host.py')
const oddArguments = `--alpha 0.4 'two words' "a \\"quote\\"" '' größe=1 "\\$HOME" 'new
line' -- --help`

interface Outcome {
  readonly end: string
  readonly log: string
  readonly files: Readonly<Record<string, string>>
}

interface Lab {
  readonly folder: string
  readonly backend: ComputeBackend
}

function openLab(t: TestContext): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-corpus-'))
  const backend = localBackend({ cpu: 2, clock: systemClock, warmHost })
  t.after(async () => {
    await backend.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, backend }
}

/** Both kinds have a folder of the same length, which is written out of what is compared. */
function attemptOf({ folder }: Lab, script: string, kind: 'cold' | 'warm' | 'next'): AttemptSpec {
  const id = `${kind}.1`
  const workingFolder = join(folder, id, 'work')
  cpSync(corpus, workingFolder, { recursive: true })
  mkdirSync(join(folder, id), { recursive: true })
  const command = `python ${script}.py ${script === 'arguments' ? oddArguments : ''}`
  const environment = {
    PATH: `${dirname(python)}:/usr/bin:/bin`,
    HOME: folder,
    PYTHONUNBUFFERED: script === 'interleaved' || script === 'big_output' ? '' : '1',
    // Of set order, what is random in a new process is random here too; made equal, it can be compared.
    PYTHONHASHSEED: '0',
    GREETING: 'a b',
    MLFLOW_RUN_ID: `run_${kind}`,
    MLFLOW_TRACKING_URI: `http://127.0.0.1:1/${kind}`,
    AZUREML_RUN_ID: `run_${kind}`,
  }
  const found = plainPython({ command, workingFolder, environment, requirements: '' })
  assert.ok('words' in found, 'cold' in found ? found.cold : '')
  return {
    id,
    folder: join(folder, id),
    workingFolder,
    logFile: join(folder, id, 'log'),
    command,
    environment,
    // Asked for, so that a start that was not warm shows in the log.
    ...(kind !== 'cold' && { warm: { ...found, isAskedFor: true } }),
  }
}

async function outcomeOf(lab: Lab, script: string, kind: 'cold' | 'warm' | 'next'): Promise<Outcome> {
  const attempt = attemptOf(lab, script, kind)
  const end = await lab.backend.run(attempt)
  const files = readdirSync(attempt.workingFolder, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const neutral = (text: string): string => text.replaceAll(kind, 'KIND')
  return {
    end: end.kind === 'exited' ? `exit code ${end.exitCode}` : end.kind,
    log: neutral(readFileSync(attempt.logFile, 'latin1')),
    files: Object.fromEntries(
      files
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
        .map((entry) => {
          const path = join(entry.parentPath, entry.name)
          return [neutral(path), readFileSync(path, 'latin1')]
        }),
    ),
  }
}

/** What a new process is started for, and why; the outcome is equal all the same. */
const coldScripts: Readonly<Record<string, RegExp>> = {}

for (const file of readdirSync(corpus).filter((name) => name.endsWith('.py'))) {
  const script = basename(file, '.py')
  test(`${script}: cold and warm do not differ in a byte`, async (t) => {
    const lab = openLab(t)
    const cold = await outcomeOf(lab, script, 'cold')
    // Twice: the second is forked from an interpreter that has forked before.
    for (const kind of ['warm', 'next'] as const) {
      const warm = await outcomeOf(lab, script, kind)
      const note = /^note: started as a new process: (.*)\n/.exec(warm.log)
      if (coldScripts[script] === undefined) assert.equal(note?.[1], undefined)
      else assert.match(note![1]!, coldScripts[script])
      assert.deepEqual({ ...warm, log: warm.log.slice(note?.[0].length ?? 0) }, cold)
    }
  })
}

test('forks of one interpreter draw different random numbers', async (t) => {
  const lab = openLab(t)
  const drawn: string[] = []
  for (const kind of ['warm', 'next'] as const) {
    const attempt = attemptOf(lab, 'draws/random_unseeded', kind)
    await lab.backend.run(attempt)
    drawn.push(...readFileSync(attempt.logFile, 'utf8').trim().split('\n'))
  }
  assert.equal(drawn.length, 8)
  assert.equal(new Set(drawn).size, 8, drawn.join('\n'))
})

test('a fork that left its session without a new program is found by its marker, and ended', async (t) => {
  const lab = openLab(t)
  const attempt = attemptOf(lab, 'double_fork', 'warm')
  assert.equal((await lab.backend.run(attempt)).kind, 'exited')
  while (processesOf({ id: attempt.id }).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
})
