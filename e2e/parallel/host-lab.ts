// Runs the host of parallel jobs by itself, with a script and data in a temporary folder.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const host = join(import.meta.dirname, '../../python/src/sluiceworks/parallel_host.py')

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly log: string
}

export interface HostLab {
  readonly folder: string
  /** Runs the host to its end; `resume` stays between runs, as between attempts. */
  readonly run: (more?: Record<string, unknown>) => Promise<Ended>
  readonly start: (more?: Record<string, unknown>) => { readonly child: ChildProcess; readonly ended: Promise<Ended> }
  readonly rows: () => string
  /** Lines that the script added to its file of marks. */
  readonly marks: () => readonly string[]
  readonly waitFor: (file: string) => Promise<void>
}

/** `files` data files holding their number, and an entry script of these lines after some imports. */
export function openHostLab(
  t: TestContext,
  options: { readonly files: number; readonly script: string; readonly python?: string },
): HostLab {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-parallel-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  for (let index = 0; index < options.files; index++) {
    writeFileSync(join(data, `f${String(index).padStart(5, '0')}.txt`), String(index))
  }
  const head = `import os, sys, time, signal, logging
FOLDER = ${JSON.stringify(folder)}
def read(file):
    return open(file).read()
def mark(text):
    with open(FOLDER + "/marks", "a") as file:
        file.write(text + "\\n")
def first_time(name):
    try:
        os.close(os.open(FOLDER + "/once-" + name, os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
`
  writeFileSync(join(folder, 'entry.py'), head + options.script)
  const start: HostLab['start'] = (more = {}) => {
    const description = {
      entry: { kind: 'script', path: 'entry.py' },
      arguments: [],
      data: { path: data, type: 'uri_folder' },
      partitionKeys: [],
      miniBatchErrorThreshold: -1,
      maxRetries: 2,
      timeoutSeconds: 60,
      workers: 2,
      loggingLevel: 'INFO',
      appendRowTo: join(folder, 'rows.txt'),
      resumeFolder: join(folder, 'resume'),
      summaryFile: join(folder, 'counts.json'),
      outputs: [],
      ...more,
    }
    const file = join(folder, 'description.json')
    writeFileSync(file, JSON.stringify(description))
    const child = spawn(options.python ?? 'python3', [host, file], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const texts: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => texts.push(text))
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, log: texts.join('') }))
    })
    return { child, ended }
  }
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    start,
    run: (more) => start(more).ended,
    rows: () => readFileSync(join(folder, 'rows.txt'), 'utf8'),
    marks: () =>
      existsSync(join(folder, 'marks')) ? readFileSync(join(folder, 'marks'), 'utf8').trim().split('\n') : [],
    waitFor: (name) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!existsSync(join(folder, name))) return
          watcher.close()
          resolve()
        }
        const watcher = watch(folder, look)
        look()
      }),
  }
}
