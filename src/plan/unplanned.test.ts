import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Job } from '../spec/documents.ts'
import { loadDocument } from '../spec/load-document.ts'
import { planJob } from './plan-pipeline.ts'

const fixtures = new URL('../spec/fixtures/valid/', import.meta.url)

async function mistakesOf(name: string): Promise<readonly string[]> {
  const readText = (path: string): string => readFileSync(new URL(path.replace('/project/', ''), fixtures), 'utf8')
  const { document, diagnostics } = await loadDocument({ file: `/project/${name}`, readText })
  assert.deepEqual(diagnostics, [])
  const plan = planJob(document as Job, { resolveComponent: () => undefined })
  return plan.diagnostics.map(({ at, message }) => `${at?.line}: ${message}`)
}

test('what cannot be planned yet is one clear mistake, and outputs of it are none', async () => {
  assert.match((await mistakesOf('loops.yml')).join('\n'), /14: Step "dumped" is a do_while loop/)
  assert.match((await mistakesOf('loops.yml')).join('\n'), /Step "each" is a parallel_for loop/)
})
