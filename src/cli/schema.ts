import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { packageRoot } from '../config.ts'
import type { Command } from './command.ts'
import { writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'

const ending = '.schema.json'

/** Prints the JSON schema of a kind of YAML file; lists the kinds without a name. */
export const schema: Command = async (invocation) => {
  const { arguments: typed, terminal, json } = invocation
  const folder = join(packageRoot(), 'schemas', 'yaml')
  const files = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort()
  const kinds = files.map((name) => name.slice(0, -ending.length))
  const [kind] = typed
  if (kind === undefined) {
    if (json) writeJson(invocation, { items: kinds.map((name) => ({ kind: name, file: join(folder, name + ending) })) })
    else terminal.out(`${kinds.join('\n')}\n`)
    return exitCode.ok
  }
  if (!kinds.includes(kind))
    throw new SluiceError('not-found', `There is no schema of "${kind}".`, { hint: `There is: ${kinds.join(', ')}` })
  terminal.out(await readFile(join(folder, kind + ending), 'utf8'))
  return exitCode.ok
}
