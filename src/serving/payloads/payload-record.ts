import { createHmac } from 'node:crypto'
import type { AnsweredRequest } from '../answered-request.ts'
import type { Revision } from '../deployment-store.ts'
import type { CollectorSettings } from './collector-settings.ts'
import { tableOfBody, type PayloadCell, type PayloadSide, type PayloadTable } from './payload-table.ts'
import { jsonOfTensors, tableOfTensors, type TensorPayload } from './tensor-table.ts'

/** One line of a window file without its window: what was collected of one request in one collection. */
export interface CollectedLine {
  readonly collection: string
  readonly line: string
}

/** What is collected of a request, kept small: it waits in memory until it is written. */
export interface CollectedRequest extends Pick<
  AnsweredRequest,
  'requestId' | 'contentType' | 'body' | 'infer' | 'metadata' | 'durationMs' | 'answer'
> {
  readonly atMs: number
  /** Of the headers that are to be captured; JSON. */
  readonly headers: string | null
}

/** How lines of one revision are written; made once for it. */
export interface LineWriter {
  readonly settings: CollectorSettings
  /** `"rev":3,"model":"diabetes",...`: what all lines of the revision say. */
  readonly origin: string
  /** Collections that a script collects by itself: they are not made of its requests as well. */
  readonly byScript: Set<string>
  readonly maskKey: Buffer
}

/** What every line says of the revision that answered. */
export function originOf({ revision, spec }: Pick<Revision, 'revision' | 'spec'>): string {
  const model = spec.model?.from === 'artifacts' ? spec.model : undefined
  const said = {
    rev: revision,
    ...(model?.name !== undefined && { model: model.name }),
    ...(model?.version !== undefined && { model_version: String(model.version) }),
    ...(model?.runId !== undefined && { job: model.runId }),
  }
  return JSON.stringify(said).slice(1, -1)
}

/** The lines of a request, one per collection that has something of it; `untabular` names those that could have had. */
export function linesOf(
  request: CollectedRequest,
  writer: LineWriter,
): { readonly lines: readonly CollectedLine[]; readonly untabular: number } {
  const { settings, byScript } = writer
  const lines: CollectedLine[] = []
  let untabular = 0
  const add = (collection: string, tableIs: (() => PayloadTable | undefined) | undefined): void => {
    if (tableIs === undefined || !settings.collections.has(collection) || byScript.has(collection)) return
    const table = tableIs()
    if (table === undefined) untabular++
    else lines.push({ collection, line: lineOf(request, table, writer) })
  }
  const isAnswered = request.answer.kind === 'answered'
  add('model_inputs', isAnswered ? () => tableOfSide(bodyOf(request, 'input')) : undefined)
  add('model_outputs', isAnswered ? () => tableOfSide(bodyOf(request, 'prediction')) : undefined)
  add('request', () => requestTable(request, writer))
  add('response', () => responseTable(request, writer))
  return { lines, untabular }
}

/** A line of a table, with masked and without dropped columns. */
export function lineOf(
  { requestId, atMs }: Pick<CollectedRequest, 'requestId' | 'atMs'>,
  table: PayloadTable,
  { settings, origin, maskKey }: Pick<LineWriter, 'settings' | 'origin' | 'maskKey'>,
): string {
  const { columns, rows } = isPrivate(settings) ? withoutPersonalData(table, settings, maskKey) : table
  const id = JSON.stringify(requestId)
  return `{"id":${id},"t":${atMs},${origin},"columns":${JSON.stringify(columns)},"data":${JSON.stringify(rows)}}\n`
}

function isPrivate({ mask, drop }: CollectorSettings): boolean {
  return mask.size > 0 || drop.size > 0
}

function withoutPersonalData(
  { columns, rows }: PayloadTable,
  { mask, drop }: CollectorSettings,
  key: Buffer,
): PayloadTable {
  const kept = columns.flatMap((name, index) => (drop.has(name) ? [] : [{ name, index, isMasked: mask.has(name) }]))
  return {
    columns: kept.map(({ name }) => name),
    rows: rows.map((row) => kept.map(({ index, isMasked }) => (isMasked ? masked(row[index]!, key) : row[index]!))),
  }
}

/** The same value always becomes the same text, so masked columns can still be counted and joined. */
function masked(value: PayloadCell, key: Buffer): PayloadCell {
  if (value === null) return null
  return createHmac('sha256', key)
    .update(`${typeof value}:${String(value)}`)
    .digest('hex')
    .slice(0, 16)
}

function requestTable(request: CollectedRequest, writer: LineWriter): PayloadTable {
  const input = bodyOf(request, 'input')
  return {
    columns: ['content_type', 'size_bytes', 'body', 'headers'],
    rows: [[input.contentType, input.body.length, bodyText(input, writer), request.headers]],
  }
}

function responseTable(request: CollectedRequest, writer: LineWriter): PayloadTable {
  const { answer, durationMs } = request
  const columns = ['status', 'content_type', 'size_bytes', 'duration_ms', 'body', 'error']
  const duration = Math.round(durationMs * 1000) / 1000
  if (answer.kind === 'refused') {
    return { columns, rows: [[answer.error.status, null, null, duration, null, answer.error.code]] }
  }
  const output = bodyOf(request, 'prediction')
  return { columns, rows: [[200, answer.contentType, output.body.length, duration, bodyText(output, writer), null]] }
}

/** One side of a request as it came or went. */
interface SideBody {
  /** Without parameters. */
  readonly contentType: string
  readonly body: Buffer
  /** Where it is tensors instead of a document. */
  readonly tensors?: TensorPayload
  readonly side: PayloadSide
}

function bodyOf({ contentType, body, infer, metadata, answer }: CollectedRequest, side: PayloadSide): SideBody {
  if (side === 'input') {
    return { contentType, body, side, ...(infer !== undefined && { tensors: { about: infer, body, metadata } }) }
  }
  if (answer.kind === 'refused') return { contentType: '', body: Buffer.alloc(0), side }
  const { details: about, body: answered } = answer
  return {
    ...{ contentType: answer.contentType.split(';')[0]!, body: answered, side },
    ...(infer !== undefined && { tensors: { about, body: answered, metadata } }),
  }
}

function tableOfSide({ contentType, body, tensors, side }: SideBody): PayloadTable | undefined {
  return tensors === undefined ? tableOfBody(contentType, body, side) : tableOfTensors(tensors, side)
}

/**
 * A body as text, tensors as their JSON. With personal data to be hidden only its table can be told apart, so it is
 * written as that, and a body that is no table is left out.
 */
function bodyText(given: SideBody, { settings, maskKey }: LineWriter): string | null {
  if (isPrivate(settings)) {
    const table = tableOfSide(given)
    return table === undefined ? null : JSON.stringify(withoutPersonalData(table, settings, maskKey))
  }
  return given.tensors === undefined ? given.body.toString('utf8') : jsonOfTensors(given.tensors, given.side)
}
