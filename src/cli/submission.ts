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
  const overrides = parsePairs('--set', options.texts('set'))
  const experiment = options.text('experiment')
  return {
    file,
    ...(Object.keys(overrides).length > 0 && { overrides }),
    ...(experiment !== undefined && { experiment_name: experiment }),
    ...reuseWishes(options),
  }
}

function reuseWishes(options: Invocation['options']): Record<string, unknown> {
  const steps = options.texts('no-reuse')
  const [from, only] = [options.texts('from'), options.texts('only')]
  return {
    ...(options.has('no-reuse') && { no_reuse: true }),
    ...(steps.length > 0 && { no_reuse: steps }),
    ...(from.length > 0 && { from }),
    ...(only.length > 0 && { only }),
  }
}

const examples: Readonly<Record<string, string>> = {
  '--set': '--set alpha=0.5 or --set jobs.train.inputs.alpha=0.5',
  '--tag': '--tag build=17',
  '--label': '--label v1=blue',
  'the traffic': 'blue=90 green=10',
}

/** `name=value` texts of a flag as a map; the value is everything after the first equals sign, the last name wins. */
export function parsePairs(flag: string, texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = Object.create(null) as Record<string, string>
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals < 1)
      throw new SluiceError('invalid-request', `${flag} is ${JSON.stringify(text)}; expected name=value.`, {
        ...(examples[flag] !== undefined && { hint: `For example ${examples[flag]}` }),
      })
    pairs[text.slice(0, equals)] = text.slice(equals + 1)
  }
  return pairs
}
