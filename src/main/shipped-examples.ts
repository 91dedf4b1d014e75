import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../config.ts'
import type { ShippedExample } from '../protocols/rest/example-routes.ts'
import { loadDocument } from '../spec/load-document.ts'

/** The examples that came with the program and begin with a job of their own, by name. */
export async function shippedExamples(): Promise<readonly ShippedExample[]> {
  const folder = join(packageRoot(), 'examples')
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const found = await Promise.all(names.sort().map((name) => exampleOf(name, join(folder, name, 'pipeline.yml'))))
  return found.filter((example) => example !== undefined)
}

/** Undefined for what is started otherwise, as its README says. */
async function exampleOf(name: string, file: string): Promise<ShippedExample | undefined> {
  const { document } = await loadDocument({ file, readText: (path) => readFile(path, 'utf8') })
  if (document?.kind !== 'pipeline-job') return undefined
  const { description = '' } = document
  return { name, file, description, steps: Object.keys(document.steps) }
}
