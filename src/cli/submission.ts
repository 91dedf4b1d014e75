import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Invocation } from './command.ts'

/** The body of a submission or plan from what was typed. Throws `input-not-found` and `invalid-request`. */
export function submissionOf({ arguments: typed, options, workingFolder }: Invocation): Record<string, unknown> {
  const file = resolve(workingFolder, typed[0]!)
  if (!existsSync(file))
    throw new SluiceError('input-not-found', `There is no file ${typed[0]}.`, {
      hint: `It was looked for in ${workingFolder}`,
    })
  const overrides = parseOverrides(options.texts('set'))
  const experiment = options.text('experiment')
  return {
    file,
    ...(Object.keys(overrides).length > 0 && { overrides }),
    ...(experiment !== undefined && { experiment_name: experiment }),
    ...(options.has('no-reuse') && { no_reuse: true }),
  }
}

/** `--set` texts as a map; the value is everything after the first equals sign, the last of equal names wins. */
function parseOverrides(texts: readonly string[]): Readonly<Record<string, string>> {
  const overrides: Record<string, string> = Object.create(null) as Record<string, string>
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals < 1)
      throw new SluiceError('invalid-request', `--set is ${JSON.stringify(text)}; expected name=value.`, {
        hint: 'For example --set alpha=0.5 or --set jobs.train.inputs.alpha=0.5',
      })
    overrides[text.slice(0, equals)] = text.slice(equals + 1)
  }
  return overrides
}
