import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { openSqlite } from '../../test/database.test-support.ts'
import { openServing, type ServingLab } from '../serving/serving.test-support.ts'
import type { PackagingPlace } from './model-package.ts'
import { contentOf, type PackageFile } from './package-file.ts'

/** Packages on this machine's own Python, with nothing to install. */
export async function openPackaging(t: TestContext): Promise<{ place: PackagingPlace; lab: ServingLab }> {
  const lab = await openServing(t, await openSqlite(t))
  const { place } = lab
  return {
    lab,
    place: {
      ...place,
      environments: { ...place.environments, hashed: async () => '' },
      marker: 'packaging-test',
      folder: join(lab.folder, 'packaging'),
      packageSource: join(import.meta.dirname, '../../python/package'),
      version: '0.1.0',
      describe: (name, _metadata, version) => ({ name, version }),
      describeTensors: (called) => ({ ...called, platform: 'test' }),
    },
  }
}

/** A temporary folder, gone afterwards. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-packaging-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes the files of a package as its receiver has them. */
export async function unpacked(t: TestContext, files: readonly PackageFile[]): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const file of files) {
    const place = join(folder, file.path)
    await mkdir(join(place, '..'), { recursive: true })
    const parts: Buffer[] = []
    for await (const part of contentOf(file)) parts.push(part)
    await writeFile(place, Buffer.concat(parts), { mode: file.isExecutable ? 0o755 : 0o644 })
  }
  return folder
}

export interface Ended {
  readonly code: number
  readonly text: string
}

/** Runs a program of a package to its end. */
export function run(
  command: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, text: stdout + stderr })
    })
  })
}

interface PackageWishes {
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
}

/** Starts a package's server on a free port; it is stopped after the test. Resolves with its address once it answers. */
export async function startPackage(t: TestContext, folder: string, wishes: PackageWishes = {}): Promise<string> {
  return (await startPackageServer(t, folder, wishes)).url
}

export interface PackageServer {
  readonly url: string
  readonly pid: number
  /** Its exit status. */
  readonly ended: Promise<number>
}

export async function startPackageServer(
  t: TestContext,
  folder: string,
  { args = [], env = {} }: PackageWishes = {},
): Promise<PackageServer> {
  const child = spawn(join(folder, 'start.sh'), ['--port', '0', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]) => Number(code))
  t.after(async () => {
    child.kill('SIGTERM')
    await ended
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = / at (http:\S+)$/.exec(line)?.[1]
    if (url !== undefined) return { url, pid: child.pid!, ended }
  }
  throw new Error('The server of the package ended before it answered.')
}
