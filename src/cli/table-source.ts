import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { hasScheme } from '../spec/reference.ts'
import type { Invocation } from './command.ts'

/**
 * What a table on the command line means: a reference as it is, a file or folder that is there as its absolute path,
 * anything else the name of a data asset.
 */
export function tableOf({ workingFolder }: Pick<Invocation, 'workingFolder'>, typed: string): string {
  if (hasScheme(typed)) return typed
  const path = resolve(workingFolder, typed)
  if (existsSync(path)) return path
  if (/^[^/:@\s]+(?:[:@][^/:@\s]+)?$/.test(typed) && !typed.startsWith('.')) return `azureml:${typed}`
  throw new SluiceError('not-found', `There is nothing at ${typed}.`, {
    hint: 'Give a file or folder, or a data asset as NAME:VERSION.',
  })
}

/** A whole number of an option. Throws `invalid-request`. */
export function countOf({ options }: Pick<Invocation, 'options'>, name: string): number | undefined {
  const text = options.text(name)
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new SluiceError('invalid-request', `--${name} must be a whole number, not "${text}".`)
}
