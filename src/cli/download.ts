import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SluiceError } from '../base/errors.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { RestClient } from './link/rest-client.ts'
import type { Job, JobOutput } from './rest-types.ts'

/** Copies a job's outputs into a folder, one below it for each; `--output` chooses one. */
export const downloadOutputs: Command = async (invocation) => {
  const { options, terminal, workingFolder } = invocation
  const name = invocation.arguments[0]!
  const wanted = options.text('output')
  const target = resolve(workingFolder, options.text('to') ?? name)
  const written = await withConnection(invocation, 'work', async ({ client }) => {
    const job = await client.get<Job>(`/api/v1/jobs/${encodeURIComponent(name)}`)
    const outputs = wanted === undefined ? Object.keys(job.outputs) : [wanted]
    if (outputs.length === 0)
      throw new SluiceError('not-found', `Job ${name} has no outputs.`, { hint: `See: sluice job show ${name}` })
    const files: string[] = []
    // Sequential: one connection, and the names are told in order.
    for (const output of outputs) files.push(...(await downloadOutput(client, { name, output, target })))
    return files
  })
  if (invocation.json) writeJson(invocation, { folder: target, files: written })
  else for (const file of written) terminal.out(`${file}\n`)
  return exitCode.ok
}

/** Copies one output of a job to `target/OUTPUT`; returns the files. */
export async function downloadOutput(
  client: RestClient,
  { name, output, target }: { readonly name: string; readonly output: string; readonly target: string },
): Promise<readonly string[]> {
  const base = `/api/v1/jobs/${encodeURIComponent(name)}/outputs/${encodeURIComponent(output)}`
  const { files } = await client.get<JobOutput>(base)
  const written: string[] = []
  for (const { path } of files) {
    const folder = join(target, output)
    const file = join(folder, path)
    if (!file.startsWith(folder + sep)) throw new SluiceError('invalid-path', `The output names a file ${path}.`)
    await mkdir(dirname(file), { recursive: true })
    const aside = `${file}.part`
    try {
      await pipeline(await client.stream(`${base}/content?path=${encodeURIComponent(path)}`), createWriteStream(aside))
      await rename(aside, file)
    } finally {
      await rm(aside, { force: true })
    }
    written.push(file)
  }
  return written
}
