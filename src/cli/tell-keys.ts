import { type Invocation, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { KeyPair } from './rest-types.ts'
import { textFields } from './terminal/text-table.ts'

/** Prints the two keys of an endpoint or a published pipeline. */
export function tellKeys(invocation: Invocation, keys: KeyPair): number {
  if (invocation.json) writeJson(invocation, keys)
  else
    invocation.terminal.out(
      textFields([
        ['primary key', keys.primary_key],
        ['secondary key', keys.secondary_key],
      ]),
    )
  return exitCode.ok
}
