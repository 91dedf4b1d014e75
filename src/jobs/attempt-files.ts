import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { JobName } from '../base/ids.ts'

/** Files up to this size are stored by value, so their vanishing from a folder touches no stored bytes. */
export const smallBytes = 16 * 1024
const maxSpareFolders = 32
/** As many inputs of one attempt are kept to be written over. */
const maxSpareInputs = 16

/** An emptied attempt folder. */
interface Spare {
  readonly folder: string
  /** Files in it that the next attempt may write its inputs over, relative to it. */
  readonly inputs: readonly string[]
}

/**
 * Where the files of attempts lie, below the store's folder: `logs/<job>.log` for all attempts of a job, and
 * `attempts/<job>.<n>/` with the launcher's files and
 *
 *   work/  the working folder, with outputs/ and logs/
 *   in/    inputs that are small or asked for as copies
 *   out/   one file or folder per output
 *
 * Making a folder costs twenty times making a file (measured on ext4), so emptied ones are kept and used again. What is
 * emptied goes to `trash/` first and is removed when nothing runs: for a minute ext4 steps over every removed file each
 * time it makes a new one, which after a thousand steps cost 1 ms a file. For the same reason copies of small inputs stay
 * where they are, and inputs of the same name are written over them.
 */
export class AttemptFiles {
  readonly #attempts: string
  readonly #logs: string
  readonly #spares: string
  readonly #trash: string
  readonly #resume: string
  readonly #spare: Spare[] = []
  /** Files of earlier attempts in the folders of those that are being prepared, by path. */
  readonly #old = new Set<string>()
  readonly #mode: number
  #made = 0

  constructor(storeFolder: string) {
    this.#attempts = join(storeFolder, 'attempts')
    this.#logs = join(storeFolder, 'logs')
    this.#spares = join(storeFolder, 'spare')
    // Spares of an earlier server may hold anything: a crash can come between two of its clean-ups.
    rmSync(this.#spares, { recursive: true, force: true })
    this.#trash = join(storeFolder, 'trash', String(process.pid))
    this.#resume = join(storeFolder, 'resume')
    for (const folder of [this.#attempts, this.#logs, this.#spares, this.#trash]) mkdirSync(folder, { recursive: true })
    this.#mode = lstatSync(this.#spares).mode
  }

  id(job: JobName, attempt: number): string {
    return `${job}.${attempt}`
  }

  folder(job: JobName, attempt: number): string {
    return join(this.#attempts, this.id(job, attempt))
  }

  log(job: JobName): string {
    return logFile(this.#logs, job)
  }

  /** Where the host of a parallel step counts its mini-batches; kept with the log. */
  miniBatches(job: JobName): string {
    return miniBatchFile(this.#logs, job)
  }

  /** Appends lines of ours (notes, an environment being built) to a job's log. */
  appendTo(job: JobName): (line: string) => void {
    const file = this.log(job)
    return (line) => appendFileSync(file, `${line}\n`)
  }

  working(job: JobName, attempt: number): string {
    return join(this.folder(job, attempt), 'work')
  }

  /** What the attempts of a job share while it runs: a parallel step's finished mini-batches. */
  resume(job: JobName): string {
    return join(this.#resume, job)
  }

  /**
   * A free path ending in `baseName`; the second of a name goes to a folder `1`, the third to `2`. With `mayBeOld` there
   * may be a file of ours to be written over, then `isOld`.
   */
  inputPlace(
    job: JobName,
    attempt: number,
    input: { readonly baseName: string; readonly namesakes: number; readonly mayBeOld: boolean },
  ): { readonly path: string; readonly isOld: boolean } {
    const folder = join(this.folder(job, attempt), 'in')
    const isDirect = input.namesakes === 0 && !/^\d+$/.test(input.baseName)
    const inner = isDirect ? folder : join(folder, String(input.namesakes + 1))
    const path = join(inner, input.baseName)
    const isOld = this.#old.delete(path)
    if (isOld && !input.mayBeOld) this.#discardFile(path)
    else if (!isOld && !isDirect) mkdirSync(inner, { recursive: true })
    return { path, isOld: isOld && input.mayBeOld }
  }

  /** Removes what earlier attempts left and this one has no use for; call when all its inputs are placed. */
  dropOld(job: JobName, attempt: number): void {
    if (this.#old.size === 0) return
    const folder = `${this.folder(job, attempt)}/`
    for (const path of this.#old) {
      if (!path.startsWith(folder)) continue
      this.#old.delete(path)
      this.#discardFile(path)
    }
  }

  output(job: JobName, attempt: number, name: string): string {
    return join(this.folder(job, attempt), 'out', name)
  }

  /** Makes an attempt's folders, all empty; without `work/` when the code is to be put there. */
  make(job: JobName, attempt: number, options: { readonly hasCode: boolean }): void {
    const folder = this.folder(job, attempt)
    const spare = options.hasCode ? undefined : this.#spare.pop()
    if (spare !== undefined) {
      renameSync(spare.folder, folder)
      for (const path of spare.inputs) this.#old.add(join(folder, path))
      return
    }
    const inner = options.hasCode ? ['', 'in', 'out'] : ['', 'in', 'out', 'work', 'work/outputs', 'work/logs']
    for (const name of inner) mkdirSync(join(folder, name))
  }

  /** Empties an attempt's folders for the next one; false when there is more in them than is quickly removed. */
  recycle(job: JobName, attempt: number): boolean {
    const folder = this.folder(job, attempt)
    this.dropOld(job, attempt)
    if (!existsSync(folder)) return true
    if (this.#spare.length >= maxSpareFolders) return false
    try {
      if (!['', 'in', 'out', 'work', 'work/outputs', 'work/logs'].every((name) => this.#isOurs(join(folder, name))))
        return false
      if (!isEmptyWork(join(folder, 'work'))) return false
      const inner = readdirSync(join(folder, 'in')).filter((name) => /^\d+$/.test(name))
      const inputs: string[] = []
      for (const name of ['.', ...inner]) {
        const place = join('in', name)
        const kept = this.#keepInputs(join(folder, place), name === '.' ? inner : [])
        if (kept === undefined) return false
        inputs.push(...kept.map((input) => join(place, input)))
      }
      if (!this.#discardFiles(join(folder, 'out'))) return false
      if (!this.#discardFiles(folder, ['work', 'in', 'out', 'launch'])) return false
      const spare = join(this.#spares, String(this.#made++))
      renameSync(folder, spare)
      this.#spare.push({ folder: spare, inputs })
      return true
    } catch (error) {
      // Not laid out whole: the server died in between.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }

  /** A folder as we make them: a step may have put a link in its place or changed its mode. */
  #isOurs(path: string): boolean {
    const stats = lstatSync(path)
    return stats.isDirectory() && stats.mode === this.#mode
  }

  /** False when there is more than small files; `launch` stays and is written over. */
  #discardFiles(folder: string, keeps: readonly string[] = []): boolean {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (keeps.includes(entry.name)) continue
      if (!entry.isFile() || lstatSync(path).size > smallBytes) return false
      this.#discardFile(path)
    }
    return true
  }

  /** The small files that stay; undefined when there is anything but small files. */
  #keepInputs(folder: string, folders: readonly string[]): readonly string[] | undefined {
    const kept: string[] = []
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter(
      (entry) => !folders.includes(entry.name),
    )) {
      const path = join(folder, name)
      const stats = lstatSync(path)
      if (!stats.isFile() || stats.size > smallBytes) return undefined
      // A second name: the step may have kept its input somewhere, which must not change with ours.
      if (stats.nlink === 1 && kept.length < maxSpareInputs) kept.push(name)
      else this.#discardFile(path)
    }
    return kept
  }

  #discardFile(path: string): void {
    renameSync(path, join(this.#trash, String(this.#made++)))
  }

  /** Removes for good what was emptied, a former server's too, and what no job will resume; call when nothing runs. */
  async emptyTrash(): Promise<void> {
    const folder = dirname(this.#trash)
    const names = existsSync(folder) ? readdirSync(folder) : []
    const old = join(folder, `old-${this.#made++}`)
    if (existsSync(this.#trash)) renameSync(this.#trash, old)
    mkdirSync(this.#trash, { recursive: true })
    const own = basename(this.#trash)
    const ended = existsSync(this.#resume) ? readdirSync(this.#resume).map((name) => join(this.#resume, name)) : []
    const gone = [...ended, ...names.filter((name) => name !== own).map((name) => join(folder, name)), old]
    await Promise.all(gone.map((path) => rm(path, { recursive: true, force: true })))
  }

  /** Attempts on disk that nobody waits for: a server was killed before it removed them. */
  leftovers(ids: ReadonlySet<string>): readonly string[] {
    return readdirSync(this.#attempts)
      .filter((id) => !ids.has(id))
      .map((id) => join(this.#attempts, id))
  }
}

function isEmptyWork(work: string): boolean {
  const names = readdirSync(work)
  return (
    names.length === 2 &&
    ['outputs', 'logs'].every((name) => names.includes(name) && readdirSync(join(work, name)).length === 0)
  )
}

/** Logs and the progress of a store for those who only read them. */
export function readableLogs(storeFolder: string): Pick<AttemptFiles, 'log' | 'miniBatches'> {
  const logs = join(storeFolder, 'logs')
  return { log: (job) => logFile(logs, job), miniBatches: (job) => miniBatchFile(logs, job) }
}

function miniBatchFile(folder: string, job: JobName): string {
  return join(folder, `${job}.mini-batches.json`)
}

function logFile(folder: string, job: JobName): string {
  return join(folder, `${job}.log`)
}
