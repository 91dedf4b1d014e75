import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobTokens } from '../access/job-token.ts'
import type { Clock } from '../base/clock.ts'
import type { JobName } from '../base/ids.ts'
import { type Environment, packageRoot } from '../config.ts'

/** Longer than any job: a token is refused as soon as its job has ended. */
const tokenMs = 10 * 365 * 24 * 3_600_000

/**
 * The variables that a job's process gets of the machine and of this server: with them `sluice` and MLflow clients
 * inside a step speak to this server, as that job (design.md 11.11).
 */
export function stepVariables({
  machine,
  dataFolder,
  url,
  tokens,
  clock,
}: {
  readonly machine: Environment
  readonly dataFolder: string
  readonly url: () => string
  readonly tokens: JobTokens
  readonly clock: Clock
}): (job: JobName) => Record<string, string> {
  const commandFolder = putCommand(dataFolder)
  return (job) => {
    const token = tokens.issue(job, clock.now() + tokenMs)
    return {
      ...machine,
      PATH: `${commandFolder}:${machine['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
      PYTHONUNBUFFERED: '1',
      SLUICE_URL: url(),
      // Where the command finds the proof that it runs on the server's machine as its user.
      SLUICE_DATA: dataFolder,
      SLUICE_TOKEN: token,
      MLFLOW_TRACKING_URI: url(),
      MLFLOW_TRACKING_TOKEN: token,
      AZUREML_RUN_TOKEN: token,
    }
  }
}

/** A folder of the store that holds the command `sluice`, as this very program. */
function putCommand(dataFolder: string): string {
  const folder = join(dataFolder, 'bin')
  const file = join(folder, 'sluice')
  mkdirSync(folder, { recursive: true })
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const program = [process.execPath, join(packageRoot(), 'bin', 'sluice.mjs')].map(quote).join(' ')
  // Replaced whole: a step of an earlier server may be starting it right now.
  writeFileSync(`${file}.new`, `#!/bin/sh\nexec ${program} "$@"\n`)
  chmodSync(`${file}.new`, 0o755)
  renameSync(`${file}.new`, file)
  return folder
}
