import { SluiceError } from '../base/errors.ts'
import type { Invocation } from './command.ts'

/** A kind of asset on the command line: `sluice env ...` over `/api/v1/environments`. */
export interface AssetGroup {
  readonly group: 'data' | 'env' | 'component' | 'model'
  readonly plural: 'data' | 'environments' | 'components' | 'models'
  readonly noun: string
}

/** A name, and which version of it, if any: a version's own text, or `@label`. */
export interface AssetChoice {
  readonly name: string
  readonly version?: string
}

/**
 * What a command is about, from its argument (`NAME`, `NAME:VERSION`, `NAME@LABEL`, with or without `azureml:`) or from
 * `--name`, `--version` and `--label`, which win. Throws `invalid-request` without a name.
 */
export function choiceOf({ arguments: [typed], options }: Invocation, { group }: AssetGroup): AssetChoice {
  const [, typedName, separator, selected] = /^(?:azureml:)?([^:@]*)(?:([:@])(.+))?$/.exec(typed ?? '') ?? []
  const name = options.text('name') ?? (typedName === '' ? undefined : typedName)
  if (name === undefined) {
    throw new SluiceError('invalid-request', `Say which one: --name NAME.`, {
      hint: `List what there is with: sluice ${group} list`,
    })
  }
  const label = options.text('label')
  const version = options.text('version') ?? (label === undefined ? undefined : `@${label.replace(/^@/, '')}`)
  if (version !== undefined) return { name, version }
  return selected === undefined ? { name } : { name, version: separator === '@' ? `@${selected}` : selected }
}

/** `/api/v1/data/NAME` or `.../versions/VERSION`. */
export function pathOf({ plural }: AssetGroup, { name, version }: AssetChoice): string {
  const path = `/api/v1/${plural}/${encodeURIComponent(name)}`
  return version === undefined ? path : `${path}/versions/${encodeURIComponent(version)}`
}

/** A choice in a reference's words, for messages. */
export function choiceText({ name, version }: AssetChoice): string {
  if (version === undefined) return name
  return version.startsWith('@') ? name + version : `${name}:${version}`
}
