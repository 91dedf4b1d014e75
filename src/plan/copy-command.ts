import type { CommandBody, DataTransferBody } from '../spec/documents.ts'

/** A `copy_data` and its ports by name. */
export interface Copy {
  readonly transfer: Extract<DataTransferBody, { task: 'copy_data' }>
  readonly isDeterministic: boolean
  readonly inputs: readonly string[]
  readonly output: string
}

/**
 * What runs a `copy_data`: every input's content goes into the one output, in the order of the inputs; optional ones
 * without a value are left out. An input of mode `direct` is a file: URI. It needs no environment.
 */
export function copyCommand({ transfer, isDeterministic, inputs, output }: Copy): CommandBody {
  return {
    command: copyScript({ inputs, output, isStrict: transfer.dataCopyMode === 'fail_if_conflict' }),
    additionalIncludes: [],
    environmentVariables: {},
    resources: { instanceCount: 1 },
    isDeterministic,
  }
}

/**
 * Paths come from the environment, not from `${{inputs.x}}`: so no name can be read as shell text. What is copied from
 * the store is read-only, and -f and chmod keep that from stopping the next input.
 */
function copyScript({
  inputs,
  output,
  isStrict,
}: {
  readonly inputs: readonly string[]
  readonly output: string
  readonly isStrict: boolean
}): string {
  const names = inputs.map((name) => `'${name}'`).join(' ')
  return `set -eo pipefail
target=$(printenv 'AZURE_ML_OUTPUT_${output}')
free() {
  ${isStrict ? `if [ -e "$1" ]; then echo "${conflict}: \${1#"$target"/}" >&2; exit 1; fi` : ':'}
}
copy() {
  if [ -d "$1" ]; then
    mkdir -p "$target"
    (cd "$1" && find -L . ! -type d -print0) | while IFS= read -r -d '' path; do free "$target/\${path#./}"; done
    cp -RLf "$1"/. "$target"/
  else
    local place=$target
    if [ -d "$target" ]; then place=$target/\${1##*/}; fi
    free "$place"
    cp -Lf "$1" "$place"
  fi
  chmod -R u+w "$target"
}
for name in ${names}; do
  source=$(printenv "AZURE_ML_INPUT_$name") || continue
  case $source in
    file://*) source=$(printf '%b' "\${source//%/\\\\x}") && source=\${source#file://} ;;
  esac
  copy "$source"
done`
}

const conflict = 'Two inputs have this file, and data_copy_mode is fail_if_conflict'
