import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { SluiceError } from '../../base/errors.ts'
import { placeInside } from '../place-inside.ts'
import {
  experimentFiles,
  historyLines,
  loggedModelFiles,
  registeredModelFiles,
  runFiles,
  versionFiles,
} from './file-store-words.ts'
import type { ExperimentRecord, LoggedModelRecord, ModelVersionRecord, Owner, RunRecord } from './mlflow-records.ts'
import type { MlflowSource } from './mlflow-source.ts'
import { exportNotes } from './notes-folder.ts'
import { emptyReport, type TransferReport } from './transfer-state.ts'

interface FolderExport {
  readonly source: MlflowSource
  readonly folder: string
  readonly note: (line: string) => void
  readonly report: TransferReport
  /** Where artifacts were -> where they are in the folder: versions are made of them. */
  readonly roots: Map<string, string>
}

/** What `checksums/<id>.json` says of a run or logged model that was written whole. */
interface Checksums {
  /** Of the record that it was written from: another one means that it is written anew. */
  readonly record: string
  readonly points: number
  readonly files: readonly { readonly path: string; readonly size_bytes: number; readonly digest: string }[]
}

/**
 * The story of an export into a folder.
 *
 *     mlruns/     a store that MLflow itself reads (`file:///.../mlruns`), and `sluice import mlflow --from FOLDER`
 *     traces/     <experiment>/<trace>.json: what the server says of the trace, and its spans
 *     checksums/  <run or model>.json: the SHA-256 of every file, the number of points
 *     notes/      comments, saved views, webhooks and evaluation data sets (`notes-folder.ts`)
 *     unfinished/ what is being written
 *
 * A run is written in `unfinished`, moved to its place when it is whole, and then gets its checksums. Started again, the
 * export passes over what has its checksums and is at the source what it was, by its record and the sizes of its files.
 */
export async function exportToFolder({
  experiments,
  ...options
}: Omit<FolderExport, 'report' | 'roots'> & { readonly experiments?: readonly string[] }): Promise<TransferReport> {
  const work = { ...options, report: emptyReport(), roots: new Map<string, string>() }
  const { source, folder, report } = work
  await checkOwn(folder)
  await rm(join(folder, 'unfinished'), { recursive: true, force: true })
  await mkdir(join(folder, 'mlruns'), { recursive: true })
  await mkdir(join(folder, 'checksums'), { recursive: true })
  const wanted = experiments === undefined ? undefined : new Set(experiments)
  for await (const experiment of source.experiments()) {
    if (wanted !== undefined && !wanted.delete(experiment.name)) continue
    await exportExperiment(work, experiment)
    report.experiments++
    work.note(`${experiment.name}: ${report.runs} runs so far`)
  }
  const [unknown] = wanted ?? []
  if (unknown !== undefined)
    throw new SluiceError('not-found', `${source.name} has no experiment named ${JSON.stringify(unknown)}.`)
  if (wanted === undefined) {
    await exportRegistry(work)
    await exportNotes(source.notes, join(folder, 'notes'), report)
  }
  await rm(join(folder, 'unfinished'), { recursive: true, force: true })
  return report
}

/** An export writes over what is in its folder: it takes a new one, an empty one or its own. */
async function checkOwn(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException): readonly string[] => {
    if (error.code === 'ENOENT') return []
    throw new SluiceError('invalid-path', `${folder} is no folder that can be written to (${error.code}).`, {
      hint: 'Name a folder, which is made where it is missing.',
      cause: error,
    })
  })
  if (entries.length === 0 || entries.includes('checksums')) return
  throw new SluiceError('already-exists', `${folder} has files of others in it; nothing was written.`, {
    hint: 'Name a new folder, or the one of an earlier export.',
  })
}

type Files = ReadonlyMap<string, string>

/** Writes files below a new folder and moves it to its place, in the place of what is there. */
async function putFolder({ folder }: FolderExport, place: string, fill: (at: string) => Promise<void>): Promise<void> {
  const aside = join(folder, 'unfinished', randomUUID())
  await mkdir(aside, { recursive: true })
  await fill(aside)
  const target = join(folder, 'mlruns', place)
  await rm(target, { recursive: true, force: true })
  await mkdir(dirname(target), { recursive: true })
  await rename(aside, target)
}

async function writeFiles(at: string, files: Files): Promise<void> {
  for (const [name, text] of files) {
    const place = placeInside(at, name)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, text)
  }
}

async function exportExperiment(work: FolderExport, experiment: ExperimentRecord): Promise<void> {
  const { source, folder, report } = work
  const isDeleted = experiment.lifecycle_stage === 'deleted'
  const place = join(isDeleted ? '.trash' : '', experiment.experiment_id)
  // Where it was before it was deleted or restored.
  const other = join(folder, 'mlruns', isDeleted ? experiment.experiment_id : join('.trash', experiment.experiment_id))
  await rm(other, { recursive: true, force: true })
  const root = placeInside(join(folder, 'mlruns'), place)
  await mkdir(root, { recursive: true })
  await writeFiles(root, experimentFiles(experiment, root))
  for await (const run of source.runs(experiment.experiment_id)) await exportRun(work, { run, place, root })
  for await (const model of source.loggedModels(experiment.experiment_id))
    await exportLoggedModel(work, { model, place, root })
  for await (const trace of source.traces(experiment.experiment_id)) {
    const file = placeInside(join(folder, 'traces', experiment.experiment_id), `${trace.info.trace_id}.json`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.part`, JSON.stringify(trace))
    await rename(`${file}.part`, file)
    report.traces++
    report.spans += trace.spans.length
  }
}

async function exportRun(
  work: FolderExport,
  { run, place, root }: { readonly run: RunRecord; readonly place: string; readonly root: string },
): Promise<void> {
  const { source, report } = work
  const { run_id } = run.info
  const { metrics = [], params = [], tags = [] } = run.data
  const owner = { kind: 'run', id: run_id, uri: run.info.artifact_uri ?? '' } as const
  work.roots.set(owner.uri, pathToFileURL(join(root, run_id, 'artifacts')).href)
  const files = runFiles(run, join(root, run_id))
  await writeFiles(root, files.datasets)
  const known = await unchanged(work, owner, { record: run, place: join(place, run_id) })
  let points = known?.points ?? 0
  if (known === undefined) {
    await putFolder(work, join(place, run_id), async (at) => {
      await writeFiles(at, files.own)
      for (const { key } of metrics) {
        const file = placeInside(join(at, 'metrics'), key)
        await mkdir(dirname(file), { recursive: true })
        for await (const piece of source.history(run_id, key)) {
          await writeFile(file, historyLines(piece), { flag: 'a' })
          points += piece.length
        }
      }
      await copyOwnFiles(work, owner, { at, record: run, points })
    })
    await settle(work, run_id)
  }
  report.runs++
  report.params += params.length
  report.tags += tags.length
  report.metric_points += points
  report.datasets += run.inputs?.dataset_inputs?.length ?? 0
}

async function exportLoggedModel(
  work: FolderExport,
  { model, place, root }: { readonly model: LoggedModelRecord; readonly place: string; readonly root: string },
): Promise<void> {
  const { model_id, artifact_uri = '' } = model.info
  const at = join('models', model_id)
  const owner = { kind: 'model', id: model_id, uri: artifact_uri } as const
  work.roots.set(artifact_uri, pathToFileURL(join(root, at, 'artifacts')).href)
  if ((await unchanged(work, owner, { record: model, place: join(place, at) })) === undefined) {
    await putFolder(work, join(place, at), async (aside) => {
      await writeFiles(aside, loggedModelFiles(model, join(root, at)))
      await copyOwnFiles(work, owner, { at: aside, record: model, points: 0 })
    })
    await settle(work, model_id)
  }
  work.report.logged_models++
}

const recordDigest = (record: object): string => createHash('sha256').update(JSON.stringify(record)).digest('hex')
const checksumFile = ({ folder }: FolderExport, id: string) => placeInside(join(folder, 'checksums'), `${id}.json`)

/** The checksums of what was written before, where nothing of it changed at the source. */
async function unchanged(
  work: FolderExport,
  owner: Owner,
  { record, place }: { readonly record: object; readonly place: string },
): Promise<Checksums | undefined> {
  const text = await readFile(checksumFile(work, owner.id), 'utf8').catch(() => undefined)
  const isThere = await readFile(join(work.folder, 'mlruns', place, 'meta.yaml')).catch(() => undefined)
  if (text === undefined || isThere === undefined) return undefined
  const known = JSON.parse(text) as Checksums
  if (known.record !== recordDigest(record)) return undefined
  const sizes = new Map(known.files.map((file) => [file.path, file.size_bytes]))
  for await (const { path, sizeBytes } of work.source.files(owner)) {
    if (sizes.get(path) !== sizeBytes) return undefined
    sizes.delete(path)
  }
  if (sizes.size > 0) return undefined
  work.report.artifacts_present += known.files.length
  return known
}

async function copyOwnFiles(
  work: FolderExport,
  owner: Owner,
  { at, record, points }: { readonly at: string; readonly record: object; readonly points: number },
): Promise<void> {
  const { source, report } = work
  const files: { path: string; size_bytes: number; digest: string }[] = []
  for await (const { path } of source.files(owner)) {
    const place = placeInside(join(at, 'artifacts'), path)
    await mkdir(dirname(place), { recursive: true })
    const hash = createHash('sha256')
    let size = 0
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        size += chunk.length
        done(null, chunk)
      },
    })
    await pipeline(await source.read(owner, path), counted, createWriteStream(place))
    files.push({ path, size_bytes: size, digest: hash.digest('hex') })
    report.artifacts++
    report.artifact_bytes += size
  }
  const checksums: Checksums = { record: recordDigest(record), points, files }
  await writeFile(`${checksumFile(work, owner.id)}.part`, JSON.stringify(checksums))
}

/** After the move: checksums stand only for what is in its place. */
async function settle(work: FolderExport, id: string): Promise<void> {
  const file = checksumFile(work, id)
  await rename(`${file}.part`, file)
}

async function exportRegistry(work: FolderExport): Promise<void> {
  const { source, report } = work
  for await (const model of source.registeredModels()) {
    const versions = await source.versions(model.name)
    await putFolder(work, join('models', model.name), async (at) => {
      await writeFiles(at, registeredModelFiles(model))
      for (const version of versions)
        await writeFiles(join(at, `version-${version.version}`), versionFiles(model.name, inFolder(work, version)))
    })
    report.registered_models++
    report.model_versions += versions.length
    report.aliases += model.aliases?.length ?? 0
  }
}

/** A version whose source is where the folder has it. */
function inFolder({ roots }: FolderExport, version: ModelVersionRecord): ModelVersionRecord {
  for (const [from, to] of roots) {
    const isBelow = version.source === from || version.source.startsWith(`${from}/`)
    if (from !== '' && isBelow) return { ...version, source: `${to}${version.source.slice(from.length)}` }
  }
  return version
}
