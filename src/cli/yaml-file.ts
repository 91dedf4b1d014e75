import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Invocation } from './command.ts'

/** The absolute path of the YAML file that a command is given, as its argument or by --file. Throws where it is missing. */
export function yamlFileOf({ arguments: typed, options, workingFolder }: Invocation): string {
  const given = options.text('file') ?? typed[0]
  if (given === undefined)
    throw new SluiceError('invalid-request', 'No file says what to create.', { hint: 'Name its YAML file.' })
  const file = resolve(workingFolder, given)
  if (existsSync(file)) return file
  throw new SluiceError('input-not-found', `There is no file ${given}.`, {
    hint: `It was looked for in ${workingFolder}`,
  })
}
