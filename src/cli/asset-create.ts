import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { hasScheme } from '../spec/reference.ts'
import type { AssetGroup } from './asset-choice.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { CreatedAsset } from './rest-types.ts'
import { parsePairs } from './submission.ts'

/** Flags that are fields of the document, by their names there. */
const fieldFlags = {
  name: 'name',
  version: 'version',
  type: 'type',
  path: 'path',
  description: 'description',
  image: 'image',
  'conda-file': 'conda_file',
} as const

/** Creates a version from a YAML file, from flags, or from both, where flags win. */
export function createAsset({ plural, noun }: AssetGroup): Command {
  return async (invocation) => {
    const created = await withConnection(invocation, 'work', ({ client }) =>
      client.post<CreatedAsset>(`/api/v1/${plural}`, creationOf(invocation)),
    )
    if (invocation.json) writeJson(invocation, created)
    else {
      const title = `${noun} azureml:${created.name}:${created.version}`
      invocation.terminal.out(
        created.is_new ? `Created the ${title}\n` : `The ${title} is there already, with the same content.\n`,
      )
    }
    return exitCode.ok
  }
}

/** The body of a creation. Throws `invalid-request` when there is nothing to create from. */
export function creationOf(invocation: Invocation): Record<string, unknown> {
  const { arguments: typed, options, workingFolder } = invocation
  const given = options.text('file') ?? typed[0]
  const fields: Record<string, string> = {}
  for (const [flag, field] of Object.entries(fieldFlags)) {
    const value = options.text(flag)
    if (value === undefined) continue
    const isPath = (field === 'path' || field === 'conda_file') && !hasScheme(value)
    // Typed paths are relative to where one stands, not to the file.
    fields[field] = isPath ? resolve(workingFolder, value.replace(/^file:/, '')) : value
  }
  const overrides = parsePairs('--set', options.texts('set'))
  if (given === undefined) {
    if (Object.keys({ ...fields, ...overrides }).length === 0)
      throw new SluiceError('invalid-request', 'Neither --file nor any field says what to create.', {
        hint: 'Give --file FILE, or --name NAME with --path PATH.',
      })
    return { document: fields, folder: workingFolder, ...(Object.keys(overrides).length > 0 && { overrides }) }
  }
  const file = resolve(workingFolder, given)
  if (!existsSync(file))
    throw new SluiceError('input-not-found', `There is no file ${given}.`, {
      hint: `It was looked for in ${workingFolder}`,
    })
  const all = { ...overrides, ...fields }
  return { file, ...(Object.keys(all).length > 0 && { overrides: all }) }
}
