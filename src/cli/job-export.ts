import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { downloadOutput } from './download.ts'
import { exitCode } from './exit-code.ts'
import type { RestClient } from './link/rest-client.ts'
import { makeFolder } from './new-folder.ts'
import type { Job } from './rest-types.ts'
import { readJob } from './job-reader.ts'

/*
 * job.json      the job and its steps as REST tells them
 * job.yml       the file as it was submitted
 * lineage.json  code, environments and data by digest, and the jobs they are from
 * runs.json     what each step logged: metrics, params, tags
 * logs/, outputs/  by step; of a job without steps in job/
 * SHA256SUMS    of every file, for sha256sum -c
 */

/** Writes everything that is known of a job into a new folder, which needs no server to be read and checked. */
export const exportJob: Command = async (invocation) => {
  const { options, terminal, workingFolder } = invocation
  const name = invocation.arguments[0]!
  const target = resolve(workingFolder, options.text('to') ?? name)
  const withOutputs = !options.has('no-outputs')
  let files: readonly string[] = []
  await withConnection(invocation, 'work', async ({ client }) => {
    const { job, steps } = await readJob(client, name)
    await makeFolder(target, 'Name another folder with --to.', async (folder) => {
      await mkdir(folder, { recursive: true })
      await writeDescription(client, folder, { job, steps })
      // In turn: one connection, and a folder with ten thousand files is no reason to open them all.
      for (const one of [job, ...steps]) {
        if (one.type !== 'command') continue
        const place = one.step === undefined || one.step === '' ? 'job' : one.step
        await writeLog(client, one, join(folder, 'logs', `${place}.log`))
        for (const output of withOutputs ? Object.keys(one.outputs) : [])
          await downloadOutput(client, { name: one.name, output, target: join(folder, 'outputs', place) })
      }
      files = await filesOf(folder)
      const sums = []
      for (const file of files) sums.push(`${await sha256Of(join(folder, file))}  ${file}\n`)
      await writeFile(join(folder, 'SHA256SUMS'), sums.join(''))
    })
  })
  if (invocation.json) writeJson(invocation, { job: name, folder: target, files: [...files, 'SHA256SUMS'] })
  else {
    terminal.out(`${target}\n`)
    terminal.err(`Wrote ${files.length + 1} files. Check them with: sha256sum -c SHA256SUMS\n`)
  }
  return exitCode.ok
}

async function writeDescription(
  client: RestClient,
  folder: string,
  { job, steps }: { readonly job: Job; readonly steps: readonly Job[] },
): Promise<void> {
  const path = encodeURIComponent(job.name)
  const json = (file: string, value: unknown): Promise<void> =>
    writeFile(join(folder, file), `${JSON.stringify(value, undefined, 2)}\n`)
  await json('job.json', { ...job, ...(steps.length > 0 && { steps }) })
  await json('lineage.json', await client.get(`/api/v1/lineage/jobs/${path}`))
  const runs: unknown[] = []
  // In turn: few at a time would be no faster on one connection.
  for (const { name } of [job, ...steps]) {
    const { run } = await client.get<{ run: unknown }>(`/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(name)}`)
    runs.push(run)
  }
  await json('runs.json', runs)
  const { text } = await client.get<{ readonly text?: string }>(`/api/v1/jobs/${path}/document`)
  if (text !== undefined) await writeFile(join(folder, 'job.yml'), text)
}

async function writeLog(client: RestClient, { name }: Job, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await pipeline(await client.stream(`/api/v1/jobs/${encodeURIComponent(name)}/log`), createWriteStream(file))
}

/** Paths of all files below a folder, sorted. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
