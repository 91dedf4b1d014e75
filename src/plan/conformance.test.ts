import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { invalidDocument, renderDiagnostic } from '../spec/diagnostics.ts'
import type { Reference } from '../spec/document-parts.ts'
import type { Component, Job } from '../spec/documents.ts'
import { loadDocument } from '../spec/load-document.ts'
import { planJob } from './plan-pipeline.ts'

/*
 * Every file of fixtures/conformance/ is a job as an author writes it; beside it lies what it must become: NAME.json, the plan that the
 * engine runs, or NAME.txt, every mistake. Components in registered/ are found by their name, as if they were created.
 */

const cases = new URL('./fixtures/conformance/', import.meta.url)

/** Reads cases as if they lay in /project, so that expectations hold on every machine. */
function readText(path: string): string {
  return readFileSync(new URL(path.replace(/^\/project\//, ''), cases), 'utf8')
}

async function registeredComponents(): Promise<ReadonlyMap<string, Component>> {
  const found = new Map<string, Component>()
  for (const name of readdirSync(new URL('registered/', cases))) {
    const { document, diagnostics } = await loadDocument({
      file: `/project/registered/${name}`,
      readText,
      family: 'component',
    })
    assert.deepEqual(diagnostics, [])
    found.set(name.replace('.yml', ''), document as Component)
  }
  return found
}

/** What the case comes to: `json` for a plan, `txt` for mistakes. */
async function outcomeOf(name: string, registered: ReadonlyMap<string, Component>): Promise<[string, string]> {
  const file = `/project/${name}`
  const { document, diagnostics, warnings } = await loadDocument({ file, readText, family: 'job' })
  const refuse = (mistakes: typeof diagnostics): [string, string] => {
    return ['txt', `${invalidDocument(file, mistakes, { folder: '/project' }).message}\n`]
  }
  if (document === undefined) return refuse(diagnostics)
  const resolveComponent = (reference: Reference): Component | undefined =>
    'name' in reference ? registered.get(reference.name) : undefined
  const planned = planJob(document as Job, { resolveComponent })
  if (planned.diagnostics.length > 0) return refuse(planned.diagnostics)
  const aside = [...warnings, ...planned.warnings].map((one) => renderDiagnostic(one, '/project'))
  const shown = { ...planned.plan, ...(aside.length > 0 && { warnings: aside }) }
  return ['json', `${JSON.stringify(shown, null, 2)}\n`]
}

describe('every case becomes the plan or the mistakes beside it', async () => {
  const registered = await registeredComponents()
  for (const name of readdirSync(cases).filter((one) => one.endsWith('.yml'))) {
    test(name, async () => {
      const [extension, text] = await outcomeOf(name, registered)
      const expected = new URL(name.replace(/yml$/, extension), cases)
      if (!existsSync(expected)) {
        writeFileSync(expected, text)
        assert.fail(`${expected.pathname} was missing and is written now: review it and run again`)
      }
      assert.equal(text, readFileSync(expected, 'utf8'))
    })
  }
})
