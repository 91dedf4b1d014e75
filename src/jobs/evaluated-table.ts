import { execFile } from 'node:child_process'
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { SluiceError } from '../base/errors.ts'

/** Where a table is evaluated, and to what. */
export interface EvaluateTable {
  readonly python: string
  readonly pythonFolder: string
  /** Variables of the step, with which its interpreter is found. */
  readonly environment: Readonly<Record<string, string>>
  /** The folder with the MLTable file. */
  readonly table: string
  /** A folder to make. */
  readonly target: string
  /** `eval_download`: the step's own copies; else links to the shared, read-only files. */
  readonly isCopy: boolean
}

/**
 * Makes the folder that modes `eval_mount` and `eval_download` show a step: the files of an mltable, with their paths in
 * it, without the MLTable file. Throws `step-failed` when the table cannot be evaluated.
 */
export async function evaluateTable(options: EvaluateTable): Promise<void> {
  const { python, pythonFolder, environment, table, target, isCopy } = options
  const script = join(pythonFolder, 'src', 'sluiceworks', 'tables', 'list_files.py')
  let files: readonly string[]
  try {
    const { stdout } = await promisify(execFile)(python, [script, table], { env: environment, maxBuffer: 1 << 28 })
    files = JSON.parse(stdout) as readonly string[]
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    throw new SluiceError('step-failed', `The mltable ${table} cannot be evaluated: ${stderr.trim()}`, {
      hint: 'Mend its MLTable file, or give the input mode: ro_mount and read it in the step.',
      cause: error,
    })
  }
  await mkdir(target, { recursive: true })
  // Sequential: links cost microseconds each, and the first that fails should be the one that is named.
  for (const file of files) {
    const place = join(target, file)
    await mkdir(dirname(place), { recursive: true })
    await (isCopy ? copyFile(join(table, file), place) : symlink(join(table, file), place))
  }
}
