import { resolve } from 'node:path'
import { errorBody } from '../base/errors.ts'
import type { Diagnostic, ErrorBody } from '../base/errors.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode, exitCodeOf } from './exit-code.ts'
import { errorText, warningText } from './terminal/error-text.ts'

interface Valid {
  readonly kind: string
  readonly name?: string
  readonly warnings?: readonly Diagnostic[]
}

type Outcome = ({ readonly file: string } & Valid) | ({ readonly file: string } & ErrorBody)

/** Checks every file and reports the mistakes of all; exit code 2 when one has any. */
export const validate: Command = async (invocation) => {
  const { arguments: files, terminal, json, workingFolder } = invocation
  const outcomes: Outcome[] = []
  let worst: number = exitCode.ok
  await withConnection(invocation, 'look', async ({ client }) => {
    // One after another: reports come in the order of the files.
    for (const typed of files) {
      const file = resolve(workingFolder, typed)
      try {
        const found = await client.post<Valid>('/api/v1/validate', { file })
        outcomes.push({ file, ...found })
        if (json) continue
        terminal.out(`${typed}: ${found.kind}${found.name === undefined ? '' : ` ${found.name}`}, valid\n`)
        terminal.err(warningText(found.warnings, { paint: terminal.paint, folder: workingFolder }))
      } catch (error) {
        worst = Math.max(worst, exitCodeOf(error))
        outcomes.push({ file, ...errorBody(error) })
        if (!json) terminal.err(errorText(error, { paint: terminal.paint, folder: workingFolder }))
      }
    }
  })
  if (json) writeJson(invocation, outcomes.length === 1 ? outcomes[0] : { items: outcomes })
  return worst
}
