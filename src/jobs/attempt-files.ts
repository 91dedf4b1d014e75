import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { JobName } from '../base/ids.ts'

/** Files up to this size are stored by value, so their vanishing from a folder touches no stored bytes. */
export const smallBytes = 16 * 1024
const maxSpareFolders = 32

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
 * time it makes a new one, which after a thousand steps cost 1 ms a file.
 */
export class AttemptFiles {
  readonly #attempts: string
  readonly #logs: string
  readonly #spares: string
  readonly #trash: string
  readonly #resume: string
  readonly #spare: string[] = []
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

  /** A free path ending in `baseName`; the second of a name goes to a folder `1`, the third to `2`. */
  inputPlace(job: JobName, attempt: number, input: { readonly baseName: string; readonly namesakes: number }): string {
    const folder = join(this.folder(job, attempt), 'in')
    if (input.namesakes === 0 && !/^\d+$/.test(input.baseName)) return join(folder, input.baseName)
    const inner = join(folder, String(input.namesakes + 1))
    mkdirSync(inner, { recursive: true })
    return join(inner, input.baseName)
  }

  output(job: JobName, attempt: number, name: string): string {
    return join(this.folder(job, attempt), 'out', name)
  }

  /** Makes an attempt's folders, all empty; without `work/` when the code is to be put there. */
  make(job: JobName, attempt: number, options: { readonly hasCode: boolean }): void {
    const folder = this.folder(job, attempt)
    const spare = options.hasCode ? undefined : this.#spare.pop()
    if (spare !== undefined) {
      renameSync(spare, folder)
      return
    }
    const inner = options.hasCode ? ['', 'in', 'out'] : ['', 'in', 'out', 'work', 'work/outputs', 'work/logs']
    for (const name of inner) mkdirSync(join(folder, name))
  }

  /** Empties an attempt's folders for the next one; false when there is more in them than is quickly removed. */
  recycle(job: JobName, attempt: number): boolean {
    const folder = this.folder(job, attempt)
    if (!existsSync(folder)) return true
    if (this.#spare.length >= maxSpareFolders) return false
    try {
      if (!['', 'in', 'out', 'work', 'work/outputs', 'work/logs'].every((name) => this.#isOurs(join(folder, name))))
        return false
      if (!isEmptyWork(join(folder, 'work'))) return false
      const inputs = readdirSync(join(folder, 'in')).filter((name) => /^\d+$/.test(name))
      for (const name of inputs) if (!this.#discardFiles(join(folder, 'in', name), [])) return false
      if (!this.#discardFiles(join(folder, 'in'), inputs) || !this.#discardFiles(join(folder, 'out'), [])) return false
      if (!this.#discardFiles(folder, ['work', 'in', 'out', 'launch'])) return false
      const spare = join(this.#spares, String(this.#made++))
      renameSync(folder, spare)
      this.#spare.push(spare)
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
  #discardFiles(folder: string, keeps: readonly string[]): boolean {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (keeps.includes(entry.name)) continue
      if (!entry.isFile() || lstatSync(path).size > smallBytes) return false
      renameSync(path, join(this.#trash, String(this.#made++)))
    }
    return true
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
export function readableLogs(storeFolder: string): Pick<AttemptFiles, 'log' | 'resume'> {
  return { log: (job) => logFile(join(storeFolder, 'logs'), job), resume: (job) => join(storeFolder, 'resume', job) }
}

function logFile(folder: string, job: JobName): string {
  return join(folder, `${job}.log`)
}
