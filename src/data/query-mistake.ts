import { SluiceError } from '../base/errors.ts'

/** A user's SELECT may end in a semicolon. It begins a line of its own, by which `askedAtPlace` finds its mistakes. */
export function asTable(sql: string): string {
  return `(\n${sql.trimEnd().replace(/;+$/, '')}\n)`
}

/**
 * Asks what holds a user's SELECT as `asTable` gives it, on the second line. A mistake in it is told at its own line and
 * column, with a caret, instead of those of the statement around it.
 */
export async function askedAtPlace<Answer>(sql: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    throw (error instanceof SluiceError && placed(error, sql)) || error
  }
}

/** DuckDB ends a message with a blank line, `LINE 2: ` and the line, and a caret below. */
const place = /\n\nLINE (\d+): ([^\n]*)\n( *)\^/

function placed(error: SluiceError, sql: string): SluiceError | undefined {
  const found = place.exec(error.message)
  if (error.code !== 'invalid-request' || found === null) return undefined
  const [, number, shown, indent] = found as unknown as readonly [string, string, string, string]
  const line = Number(number) - 1
  const source = sql.split('\n')[line - 1]
  // Of a long line it shows a part, between dots.
  const part = shown.replace(/^\.\.\./, '').replace(/\.\.\.$/, '')
  const start = source?.indexOf(part) ?? -1
  if (source === undefined || start < 0) return undefined
  const cut = shown.startsWith('...') ? '...'.length : 0
  const column = start + indent.length - `LINE ${number}: `.length - cut + 1
  const said = error.message.slice(0, found.index).replace(/^Failed to extract statements: /, '')
  return new SluiceError('invalid-request', `${said}\n  ${source}\n  ${' '.repeat(column - 1)}^`, {
    at: { file: 'sql', line, column },
    cause: error,
  })
}
