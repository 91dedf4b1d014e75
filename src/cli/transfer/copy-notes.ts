import { SluiceError, messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { originTag } from './mlflow-destination.ts'
import { recordContent, recordDigests, serverNotes, type CommentRecord, type EvaluationDatasetRecord } from './notes.ts'
import type { Transfer } from './transfer-state.ts'

const datasets = '/api/3.0/mlflow/datasets'
const webhooks = '/api/2.0/mlflow/webhooks'
const recordsPerCall = 200

/**
 * Comments, saved views, webhooks and evaluation data sets, after the runs and models that they are about. Each may be
 * sent twice: comments, views and data sets keep their ids, webhooks are known by name and address, records by their
 * inputs. What has no place at the destination is named in the report.
 */
export async function copyNotes(transfer: Transfer): Promise<void> {
  await copyDatasets(transfer)
  await copyComments(transfer)
  await copyViews(transfer)
  await copyWebhooks(transfer)
}

async function copyComments({ source, destination, report, renamed }: Transfer): Promise<void> {
  let elsewhere = 0
  for await (const { id, ...comment } of source.notes.comments()) {
    if (destination.own === undefined) {
      elsewhere++
      continue
    }
    const subject = renamedSubject(comment.subject, renamed.runs)
    // Sequential: a failure names its comment.
    const path = `/api/v1/comments/${encodeURIComponent(id)}`
    const problem = await refusal(() => destination.own!.put(path, { ...comment, subject }), ['not-found'])
    if (problem === undefined) report.comments++
    else report.left_out.push(`comment ${id}: ${problem}`)
  }
  if (elsewhere > 0) report.left_out.push(`${elsewhere} comments: ${destination.server.url} has no place for them`)
}

function renamedSubject(
  subject: CommentRecord['subject'],
  runs: ReadonlyMap<string, string>,
): CommentRecord['subject'] {
  return subject.kind === 'run' ? { kind: 'run', run_id: runs.get(subject.run_id) ?? subject.run_id } : subject
}

async function copyViews({ source, destination, report }: Transfer): Promise<void> {
  for await (const { id, ...view } of source.notes.views()) {
    if (destination.own === undefined) {
      report.left_out.push(`the view ${view.name} of ${view.page}: ${destination.server.url} has no place for it`)
      continue
    }
    const path = `/api/v1/views/${encodeURIComponent(id)}`
    const problem = await refusal(() => destination.own!.put(path, view), ['already-exists'])
    if (problem === undefined) report.saved_views++
    else report.left_out.push(`the view ${view.name} of ${view.page}: ${problem}`)
  }
}

async function copyWebhooks({ source, destination, report }: Transfer): Promise<void> {
  const { server } = destination
  const known = new Set<string>()
  for await (const { name, url } of serverNotes(server).webhooks()) known.add(`${name} ${url}`)
  for await (const { name, url, events, description } of source.notes.webhooks()) {
    if (!known.has(`${name} ${url}`)) {
      // Off: its secret did not come along, and the store it comes from may call the same address.
      const webhook = { name, url, events, status: 'DISABLED', ...(description !== undefined && { description }) }
      const problem = await refusal(() => server.call('POST', webhooks, webhook), ['not-found', 'invalid-request'])
      if (problem !== undefined) {
        report.left_out.push(`the webhook ${name}: ${problem}`)
        continue
      }
      report.left_out.push(`the secret of the webhook ${name}: it is switched off until you give it one`)
    }
    report.webhooks++
  }
}

/** What the server said where it refused in one of these ways; undefined where it did as it was told. */
async function refusal(call: () => Promise<unknown>, codes: readonly string[]): Promise<string | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    if (error instanceof SluiceError && codes.includes(error.code)) return messageOf(error)
    throw error
  }
}

async function copyDatasets(transfer: Transfer): Promise<void> {
  const { source, report } = transfer
  for await (const dataset of source.notes.datasets()) {
    const id = await datasetAt(transfer, dataset)
    if (id === undefined) {
      report.left_out.push(`the evaluation data set ${dataset.name}: ${transfer.destination.server.url} has none`)
      continue
    }
    report.evaluation_records += await copyRecords(transfer, dataset, id)
    report.evaluation_datasets++
  }
}

/** The data set's id at the destination, where it is made if it is missing; undefined where there can be none. */
async function datasetAt(
  { destination, renamed }: Transfer,
  dataset: EvaluationDatasetRecord,
): Promise<string | undefined> {
  const { dataset_id, name, created_time } = dataset
  const { server, own } = destination
  const tags = JSON.parse(dataset.tags ?? '{}') as Readonly<Record<string, string>>
  const experiment_ids = (dataset.experiment_ids ?? []).flatMap((id) => renamed.experiments.get(id) ?? [])
  if (own !== undefined) {
    const path = `/api/v1/evaluation-datasets/${encodeURIComponent(dataset_id)}`
    await own.put(path, { name, tags, experiment_ids, created_ms: created_time })
    return dataset_id
  }
  for await (const other of serverNotes(server).datasets()) {
    const origin = (JSON.parse(other.tags ?? '{}') as Readonly<Record<string, string>>)[originTag]
    if (origin === dataset_id) return other.dataset_id
  }
  try {
    const made = await server.call<{ dataset: { dataset_id: string } }>('POST', `${datasets}/create`, {
      name,
      experiment_ids,
      tags: JSON.stringify({ ...tags, [originTag]: dataset_id }),
    })
    return made.dataset.dataset_id
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}

/** Sends the records that are not there as they are, and reads all of them back. Gives how many the source has. */
async function copyRecords(
  transfer: Transfer,
  { dataset_id, name }: EvaluationDatasetRecord,
  id: string,
): Promise<number> {
  const { source, destination } = transfer
  const { server } = destination
  const present = await contentsAt(transfer, id)
  const wanted = new Set<string>()
  let unsent: JsonObject[] = []
  const send = async () => {
    const records = JSON.stringify(unsent)
    if (unsent.length > 0) await server.call('POST', `${datasets}/${encodeURIComponent(id)}/records`, { records })
    unsent = []
  }
  for await (const record of source.notes.records(dataset_id)) {
    const { inputs, content } = recordDigests(record)
    wanted.add(inputs)
    if (present.get(inputs) === content) continue
    unsent.push(recordContent(record))
    if (unsent.length >= recordsPerCall) await send()
  }
  await send()
  const found = await contentsAt(transfer, id)
  const lost = [...wanted].filter((inputs) => !found.has(inputs)).length
  if (lost > 0) {
    throw new SluiceError(
      'conflict',
      `The evaluation data set ${name} was not copied whole: ${lost} of ${wanted.size} records are missing.`,
      { hint: 'Start the transfer again; it goes on where this one ended.' },
    )
  }
  return wanted.size
}

/** The records of a data set of the destination: digest of the inputs -> of all it says. */
async function contentsAt({ destination }: Transfer, id: string): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>()
  for await (const record of serverNotes(destination.server).records(id)) {
    const { inputs, content } = recordDigests(record)
    contents.set(inputs, content)
  }
  return contents
}
