import type { Job } from '../spec/documents.ts'
import { loadDocument } from '../spec/load-document.ts'
import { planJob, type PlanResult } from './plan-pipeline.ts'

/** Plans a pipeline file; `files` are others it refers to. */
export async function plan(text: string, files: Readonly<Record<string, string>> = {}): Promise<PlanResult> {
  const all: Readonly<Record<string, string>> = { ...files, '/p/pipeline.yml': text }
  const readText = (path: string): string => all[path] ?? all[path.replace('/p/', '')]!
  const { document, diagnostics } = await loadDocument({ file: '/p/pipeline.yml', readText })
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
  return planJob(document as Job, { resolveComponent: () => undefined })
}

export async function mistakes(text: string, files?: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { diagnostics } = await plan(text, files)
  return diagnostics.map(({ at, message }) => `${at?.line}: ${message}`)
}

/** A component that counts up, with a declared value for every kind of input. */
export const counter = `
type: command
name: count
inputs: {n: {type: integer}, by: {type: integer, default: 1}}
outputs: {n: {type: integer}, more: {type: boolean}}
environment: azureml:e@latest
command: count \${{inputs.n}} \${{inputs.by}}
`
