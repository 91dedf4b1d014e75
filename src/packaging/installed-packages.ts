import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, SluiceError } from '../base/errors.ts'

/** A distribution that is installed, in its own words. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly summary: string | null
  readonly license: string | null
  /** An SPDX expression (PEP 639). */
  readonly expression: string | null
  readonly classifiers: readonly string[]
  readonly requires: readonly string[]
}

export interface Installation {
  /** `site-packages`. */
  readonly folder: string
  /** e.g. `3.11` */
  readonly python: string
  readonly packages: readonly InstalledPackage[]
}

/** What an interpreter has installed beside itself. Throws `environment-failed` when it does not answer. */
export async function installedPackages(python: string, pythonSource: string): Promise<Installation> {
  const script = join(pythonSource, 'sluiceworks', 'installed_packages.py')
  try {
    const { stdout } = await promisify(execFile)(python, ['-I', script], { maxBuffer: 64 << 20 })
    return JSON.parse(stdout) as Installation
  } catch (error) {
    throw new SluiceError('environment-failed', `${python} does not say what it has installed: ${messageOf(error)}`)
  }
}
