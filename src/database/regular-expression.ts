import { messageOf, SluiceError } from '../base/errors.ts'

/**
 * Regular expressions that take linear time (RE2's): a pattern comes from whoever searches. SQLite has none of its own,
 * so its reader calls `matchesRegularExpression`; PostgreSQL matches by itself, but with no pattern that RE2 refuses.
 * The package is loaded by the first search that needs it.
 */
interface Pattern {
  find(text: string): boolean
}

const maxPatterns = 50
const patterns = new Map<string, Pattern>()

/** Makes the pattern ready. Throws `invalid-request` for one that is none. */
export async function prepareRegularExpression(source: string): Promise<void> {
  if (patterns.has(source)) return
  const { RE2JS } = await import('re2js')
  if (patterns.size >= maxPatterns) patterns.delete(patterns.keys().next().value!)
  try {
    const compiled = RE2JS.compile(source)
    patterns.set(source, { find: (text) => compiled.matcher(text).find() })
  } catch (error) {
    throw new SluiceError(
      'invalid-request',
      `'${source.slice(0, 200)}' is no regular expression: ${messageOf(error)}.`,
      {
        hint: 'Write it in the syntax of RE2, which has no back references and no look-around.',
      },
    )
  }
}

/** 1 where some part of the text matches the prepared pattern, else 0; `null` for no text. */
export function matchesRegularExpression(source: unknown, text: unknown): number | null {
  if (typeof text !== 'string' || typeof source !== 'string') return null
  return patterns.get(source)?.find(text) === true ? 1 : 0
}
