import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Digest } from '../base/ids.ts'
import { findChildren } from './job-store.ts'
import { type EngineLab, openEngineLab } from './engine-lab.test-support.ts'
import type { Job, JobValue } from './job-service.ts'
import { loadJob } from './load-job.ts'
import { isFolderType } from './prepare-attempt.ts'
import { settleSources } from './settle-sources.ts'

/*
 * Every folder of fixtures/conformance/ is a job that is really run; beside it lies what came of it: expected.json, with
 * the statuses, exit codes and bytes of every step. The steps write their argv and environment themselves.
 */

/** Stands for what no fixture asks for. */
const nobody = new Proxy(() => undefined, { get: () => assert.fail('a fixture names something registered') }) as never

const fixtures = join(import.meta.dirname, 'fixtures/conformance')

/** The files of an output as text by path; the text itself for a single file. */
function filesIn(path: string): unknown {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
  return Object.fromEntries(readdirSync(path).map((name) => [name, filesIn(join(path, name))]))
}

async function written(lab: EngineLab, { type, value, digest }: JobValue): Promise<unknown> {
  if (digest === undefined) return value ?? null
  const content = { kind: isFolderType(type) ? 'folder' : 'file', digest: digest as Digest } as const
  return filesIn(await lab.content.materialise(content, { by: 'link', baseName: 'output' }))
}

async function outcomeOf(lab: EngineLab, job: Job): Promise<object> {
  const outputs = await Promise.all(
    Object.entries(job.outputs).map(async ([name, value]) => [name, await written(lab, value)] as const),
  )
  const log = existsSync(lab.files.log(job.name)) ? lab.log(job.name).split('\n').filter(Boolean).sort() : []
  return {
    status: job.status,
    ...(job.statusDetail !== undefined && { detail: job.statusDetail }),
    ...(job.exitCode !== undefined && { exitCode: job.exitCode }),
    ...(outputs.length > 0 && { outputs: Object.fromEntries(outputs) }),
    ...(log.length > 0 && { log }),
  }
}

describe('every job of the fixtures ends as the file beside it says', () => {
  for (const name of readdirSync(fixtures)) {
    test(name, async (t) => {
      const lab = await openEngineLab(t)
      const loaded = await loadJob(join(fixtures, name, 'job.yml'), { assets: nobody })
      // The fixtures name nothing registered, so whoever would find such things may be anything.
      const finders = {
        findModel: nobody,
        findEnvironment: nobody,
        assets: nobody,
        datastores: nobody,
        web: nobody,
        git: nobody,
      }
      const settled = await settleSources(
        {
          tables: lab.database.read,
          purpose: 'store',
          content: lab.content,
          checkDestination: async () => undefined,
          overrideOf: () => undefined,
          ...finders,
        },
        loaded,
      )
      const { root } = await lab.run(loaded.plan, settled)
      const steps: Record<string, unknown> = {}
      for (const child of await findChildren(lab.database.read, root.name)) {
        steps[child.step ?? ''] = await outcomeOf(lab, child)
      }
      const outcome = { ...(await outcomeOf(lab, root)), ...(Object.keys(steps).length > 0 && { steps }) }
      const text = `${JSON.stringify(outcome, null, 2)}\n`
      const expected = join(fixtures, name, 'expected.json')
      if (!existsSync(expected)) {
        writeFileSync(expected, text)
        assert.fail(`${expected} was missing and is written now: review it and run again`)
      }
      assert.equal(text, readFileSync(expected, 'utf8'))
    })
  }
})
