type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown

/**
 * JSON with the words that Python's writers put into it: NaN is null (as which a tensor takes it), Infinity and
 * -Infinity are themselves. With `isExact` whole numbers beyond 2^53 are BigInts instead of being rounded. Throws what
 * JSON.parse throws.
 */
export function parsePythonJson(text: string, { isExact = false }: { readonly isExact?: boolean } = {}): unknown {
  const reviver = isExact ? exactly : undefined
  try {
    return JSON.parse(text, reviver)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    // Outside of texts.
    return JSON.parse(
      text.replace(/"(?:[^"\\]|\\.)*"|NaN|Infinity/g, (token) => words[token] ?? token),
      reviver,
    )
  }
}

// A number beyond all doubles is read as an infinity.
const words: Readonly<Record<string, string>> = { NaN: 'null', Infinity: '1e999' }

const exactly: Reviver = (_key, value, context) => {
  const source = context?.source
  const isRounded = typeof value === 'number' && !Number.isSafeInteger(value)
  return isRounded && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
}

/**
 * JSON as Python writes it: a space after each comma and colon, and nothing beyond ASCII. Scripts compare such texts as
 * they are.
 */
export function toPythonJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (token) => (token.length === 1 ? `${token} ` : token))
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
