import type { Version } from './model-types.ts'
import type { ModelFile, SignatureField } from './signature.ts'
import type { MlflowRun } from '../../api/mlflow-messages.ts'

/** A version with what is known of it elsewhere. */
export interface ComparedVersion {
  readonly version: Version
  readonly run?: MlflowRun
  readonly file?: ModelFile
}

interface ComparedRow {
  readonly name: string
  /** One for each version; undefined where it has none. */
  readonly values: readonly (string | undefined)[]
  readonly isChanged: boolean
}

export interface ComparedGroup {
  readonly kind: 'metrics' | 'params' | 'signature' | 'tags'
  readonly rows: readonly ComparedRow[]
}

type Entries = readonly (readonly [name: string, value: string])[]

/** What can be compared, by what it is; names in the order of the alphabet. */
export function groupsOf(
  versions: readonly ComparedVersion[],
  numberText: (value: number) => string,
): readonly ComparedGroup[] {
  const metrics = ({ run }: ComparedVersion): Entries =>
    (run?.data.metrics ?? []).map(({ key, value }) => [key, numberText(Number(value))])
  const params = ({ run }: ComparedVersion): Entries => (run?.data.params ?? []).map(({ key, value }) => [key, value])
  const signature = ({ file }: ComparedVersion): Entries =>
    file === undefined
      ? []
      : (['inputs', 'params', 'outputs'] as const).flatMap((part) =>
          file.signature[part].map((field): [string, string] => [`${part}.${field.name}`, fieldText(field)]),
        )
  const tags = ({ version }: ComparedVersion): Entries =>
    Object.entries(version.tags).filter(([key]) => !key.startsWith('mlflow.'))
  return (
    [
      ['metrics', metrics],
      ['params', params],
      ['signature', signature],
      ['tags', tags],
    ] as const
  ).map(([kind, entriesOf]) => ({ kind, rows: rowsOf(versions.map((each) => new Map(entriesOf(each)))) }))
}

function rowsOf(maps: readonly ReadonlyMap<string, string>[]): readonly ComparedRow[] {
  const names = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort()
  return names.map((name) => {
    const values = maps.map((map) => map.get(name))
    return { name, values, isChanged: new Set(values).size > 1 }
  })
}

function fieldText({ type, isRequired }: SignatureField): string {
  return isRequired ? type : `${type}?`
}
