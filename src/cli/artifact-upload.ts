import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { SluiceError } from '../base/errors.ts'
import { withConnection, writeJson, type Command, type Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { RestClient } from './link/rest-client.ts'
import { bytesText } from './terminal/bytes-text.ts'
import { mlflowServer } from './transfer/mlflow-server.ts'

interface Upload {
  readonly upload_id: string
  readonly parts: readonly { readonly number: number; readonly digest: string }[]
}

interface Completed {
  readonly path: string
  readonly size_bytes: number
  readonly digest: string
}

const partBytes = 64 * 1024 * 1024

/** Stores a file as an artifact of a run, part by part: run again after a broken connection, it sends what is missing. */
export const uploadArtifact: Command = async (invocation) => {
  const { options, terminal, workingFolder } = invocation
  const file = resolve(workingFolder, invocation.arguments[0]!)
  const stats = await stat(file).catch(() => undefined)
  if (stats?.isFile() !== true) {
    throw new SluiceError('input-not-found', `${file} is no file that can be read.`, {
      hint: 'Name one file; a folder is logged with mlflow.log_artifacts.',
    })
  }
  const [run_id, path] = [options.text('run'), options.text('path') ?? basename(file)]
  if (run_id === undefined) {
    throw new SluiceError('invalid-request', 'The option --run is missing.', {
      hint: 'Name the run that the artifact is of, e.g. --run 0123456789abcdef0123456789abcdef',
    })
  }
  const done = await withConnection(invocation, 'work', async ({ client }) => {
    const upload = await client.post<Upload>('/api/v1/uploads', { run_id, path, resume: true })
    const sent = await sendParts(invocation, client, { upload, file, sizeBytes: stats.size })
    const at = `/api/v1/uploads/${upload.upload_id}/complete`
    return { ...(await client.post<Completed>(at, { digest: sent.digest })), ...sent }
  })
  if (invocation.json) writeJson(invocation, done)
  else {
    terminal.out(`${done.path}\n`)
    const before = done.parts_present === 0 ? '' : ` (${done.parts_present} of ${done.parts} parts were there)`
    terminal.err(`Uploaded ${bytesText(done.size_bytes)}${before}.\n`)
  }
  return exitCode.ok
}

/** Reads the file in order; what the server has of it already is only compared. */
async function sendParts(
  { settings, terminal }: Invocation,
  client: RestClient,
  { upload, file, sizeBytes }: { readonly upload: Upload; readonly file: string; readonly sizeBytes: number },
): Promise<{ readonly digest: string; readonly parts: number; readonly parts_present: number }> {
  const token = settings.token
  const server = mlflowServer(client.url, token === undefined ? {} : { authorization: `Bearer ${token}` })
  const known = new Map(upload.parts.map(({ number, digest }) => [number, digest]))
  const whole = createHash('sha256')
  const parts = Math.max(1, Math.ceil(sizeBytes / partBytes))
  let present = 0
  try {
    for (let number = 1; number <= parts; number++) {
      // Sequential: the digest of the whole is taken on the way.
      const part = createHash('sha256')
      for await (const chunk of readPart(file, number, sizeBytes)) {
        part.update(chunk as Buffer)
        whole.update(chunk as Buffer)
      }
      if (known.get(number) === part.digest('hex')) present++
      else await server.upload(`/api/v1/uploads/${upload.upload_id}/parts/${number}`, readPart(file, number, sizeBytes))
      if (parts > 1) terminal.note(`part ${number} of ${parts}`)
    }
  } finally {
    server.close()
  }
  return { digest: whole.digest('hex'), parts, parts_present: present }
}

function readPart(file: string, number: number, sizeBytes: number): Readable {
  const end = Math.min(sizeBytes, number * partBytes) - 1
  return end < 0 ? Readable.from([]) : createReadStream(file, { start: (number - 1) * partBytes, end })
}
