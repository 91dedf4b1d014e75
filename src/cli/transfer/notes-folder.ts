import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SluiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { placeInside } from '../place-inside.ts'
import type { CommentRecord, EvaluationDatasetRecord, NoteSource, ViewRecord, WebhookRecord } from './notes.ts'
import type { TransferReport } from './transfer-state.ts'

/**
 * The folder `notes` of an export: files of one JSON object a line, `comments`, `views`, `webhooks`, `datasets` and
 * `records/<data set>`, and `checksums.json` with the number of lines and the SHA-256 of each. The checksums are written
 * last and removed first: without them nothing in the folder counts.
 */
interface FileChecksum {
  readonly lines: number
  readonly digest: string
}

const checksumsName = 'checksums.json'

/** Writes what a store has beside its runs and models anew. */
export async function exportNotes(notes: NoteSource, folder: string, report: TransferReport): Promise<void> {
  await rm(join(folder, checksumsName), { force: true })
  await mkdir(folder, { recursive: true })
  const checksums: Record<string, FileChecksum> = {}
  const write = async (name: string, records: AsyncGenerator<object>): Promise<number> => {
    checksums[name] = await writeLines(placeInside(folder, name), records)
    return checksums[name].lines
  }
  report.comments = await write('comments.jsonl', notes.comments())
  report.saved_views = await write('views.jsonl', notes.views())
  report.webhooks = await write('webhooks.jsonl', notes.webhooks())
  report.evaluation_datasets = await write('datasets.jsonl', notes.datasets())
  for await (const { dataset_id } of linesOf<EvaluationDatasetRecord>(join(folder, 'datasets.jsonl')))
    report.evaluation_records += await write(recordsName(dataset_id), notes.records(dataset_id))
  await removeOthers(folder, checksums)
  await replace(join(folder, checksumsName), async (file) => void (await file.write(JSON.stringify(checksums))))
}

const recordsName = (datasetId: string): string => `records/${datasetId}.jsonl`

async function writeLines(place: string, records: AsyncGenerator<object>): Promise<FileChecksum> {
  const hash = createHash('sha256')
  let lines = 0
  await mkdir(dirname(place), { recursive: true })
  await replace(place, async (file) => {
    for await (const record of records) {
      const line = `${JSON.stringify(record)}\n`
      hash.update(line)
      lines++
      await file.write(line)
    }
  })
  return { lines, digest: hash.digest('hex') }
}

async function replace(place: string, fill: (file: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  const part = `${place}.part`
  const file = await open(part, 'w')
  try {
    await fill(file)
  } finally {
    await file.close()
  }
  await rename(part, place)
}

/** Records of data sets that are no more. */
async function removeOthers(folder: string, checksums: Readonly<Record<string, FileChecksum>>): Promise<void> {
  const names = await readdir(join(folder, 'records')).catch(() => [])
  for (const name of names)
    if (checksums[`records/${name}`] === undefined) await rm(join(folder, 'records', name), { force: true })
}

/** The folder as a source. Every file is compared with its checksum before any of its lines is given. */
export function folderNotes(folder: string): NoteSource {
  const lines = <Record>(name: string) => checkedLines<Record>(folder, name)
  return {
    comments: () => lines<CommentRecord>('comments.jsonl'),
    views: () => lines<ViewRecord>('views.jsonl'),
    webhooks: () => lines<WebhookRecord>('webhooks.jsonl'),
    datasets: () => lines<EvaluationDatasetRecord>('datasets.jsonl'),
    records: (datasetId) => lines<JsonObject>(recordsName(datasetId)),
  }
}

async function* checkedLines<Record>(folder: string, name: string): AsyncGenerator<Record> {
  const text = await readFile(join(folder, checksumsName), 'utf8').catch(() => undefined)
  if (text === undefined) {
    // An export of before, or of one experiment.
    if ((await readdir(folder).catch(() => undefined)) === undefined) return
    throw new SluiceError('conflict', `The export of ${folder} did not come to its end.`, {
      hint: 'Export again to the same folder: what is there is passed over.',
    })
  }
  const expected = (JSON.parse(text) as Readonly<{ [name: string]: FileChecksum | undefined }>)[name]
  if (expected === undefined) return
  const place = placeInside(folder, name)
  const hash = createHash('sha256')
  let count = 0
  for await (const line of rawLines(place)) {
    hash.update(`${line}\n`)
    count++
  }
  if (count !== expected.lines || hash.digest('hex') !== expected.digest) {
    throw new SluiceError('conflict', `${place} is not what was exported: it had ${expected.lines} lines.`, {
      hint: 'The folder was changed or is damaged. Export it again.',
    })
  }
  yield* linesOf<Record>(place)
}

async function* linesOf<Record>(place: string): AsyncGenerator<Record> {
  for await (const line of rawLines(place)) yield JSON.parse(line) as Record
}

async function* rawLines(place: string): AsyncGenerator<string> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(place)
  } catch (cause) {
    throw new SluiceError('conflict', `${place} is missing from the export.`, {
      hint: 'The folder was changed or is damaged. Export it again.',
      cause,
    })
  }
  try {
    for await (const line of file.readLines()) yield line
  } finally {
    await file.close()
  }
}
