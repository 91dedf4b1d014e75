/**
 * The rules of a `.gitignore` (or `.amlignore`, the same grammar), https://git-scm.com/docs/gitignore: `!` negation,
 * a trailing `/` for folders only, `/` elsewhere anchors, `*`, `?`, `[a-z]`, `**`, `\` escapes, the last match wins.
 * Matching takes time in proportion to pattern times path: no regular expressions, so no pattern can stall us.
 */
export interface IgnoreRule {
  readonly isNegated: boolean
  readonly foldersOnly: boolean
  /** One per name of the path; an unanchored pattern begins with `**`. */
  readonly segments: readonly Segment[]
}

type Segment = '**' | readonly Token[]
/** One character, any run of characters, or a test of one character. */
type Token = { readonly char: string } | '*' | ((char: string) => boolean)

/** Rules in file order. Lines that git would never match (an unclosed `[`, a trailing `\`) are left out. */
export function parseIgnoreRules(text: string): readonly IgnoreRule[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line) => parseRule(line) ?? [])
}

/**
 * What the rules say of a path relative to their folder: the last match decides; undefined without one. Folders above
 * are the caller's business: inside an ignored folder nothing can be kept.
 */
export function verdictOf(
  rules: readonly IgnoreRule[],
  path: string,
  isFolder: boolean,
): 'ignored' | 'kept' | undefined {
  const names = path.split('/').map((name) => [...name])
  const rule = rules.findLast((candidate) => (isFolder || !candidate.foldersOnly) && matches(candidate.segments, names))
  return rule && (rule.isNegated ? 'kept' : 'ignored')
}

function parseRule(line: string): IgnoreRule | undefined {
  // Trailing spaces count only when escaped.
  let pattern = line.replace(/(?<!\\)((?:\\\\)*) +$/, '$1')
  if (pattern === '' || pattern.startsWith('#')) return undefined
  const isNegated = pattern.startsWith('!')
  if (isNegated) pattern = pattern.slice(1)
  const foldersOnly = pattern.endsWith('/')
  if (foldersOnly) pattern = pattern.slice(0, -1)
  const isAnchored = pattern.includes('/')
  if (pattern.startsWith('/')) pattern = pattern.slice(1)
  if (pattern === '') return undefined
  const segments: Segment[] = isAnchored ? [] : ['**']
  for (const part of pattern.split('/')) {
    const segment = part === '**' && isAnchored ? part : parseSegment([...part])
    if (segment === undefined) return undefined
    segments.push(segment)
  }
  return { isNegated, foldersOnly, segments }
}

function parseSegment(chars: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!
    if (char === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*')
    } else if (char === '?') {
      tokens.push(() => true)
    } else if (char === '[') {
      const parsed = parseClass(chars, at + 1)
      if (parsed === undefined) return undefined
      tokens.push(parsed.test)
      at = parsed.end
    } else if (char === '\\') {
      const escaped = chars[++at]
      if (escaped === undefined) return undefined
      tokens.push({ char: escaped })
    } else {
      tokens.push({ char })
    }
  }
  return tokens
}

const namedClasses: Readonly<Record<string, RegExp>> = {
  alnum: /[a-z0-9]/i,
  alpha: /[a-z]/i,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9a-f]/i,
}

/** A bracket expression from after its `[`; `end` is the index of its `]`. */
function parseClass(
  chars: readonly string[],
  start: number,
): { readonly test: (char: string) => boolean; readonly end: number } | undefined {
  let at = start
  const isNegated = chars[at] === '!' || chars[at] === '^'
  if (isNegated) at++
  const members: ((char: string) => boolean)[] = []
  for (let isFirst = true; isFirst || chars[at] !== ']'; isFirst = false) {
    if (chars[at] === undefined) return undefined
    const named = /^\[:([a-z]+):\]/.exec(chars.slice(at, at + 12).join(''))
    if (named !== null) {
      const pattern = namedClasses[named[1]!]
      if (pattern === undefined) return undefined
      members.push((char) => pattern.test(char))
      at += named[0].length
      continue
    }
    const low = chars[at] === '\\' ? chars[++at] : chars[at]
    let high = low
    if (chars[at + 1] === '-' && chars[at + 2] !== undefined && chars[at + 2] !== ']') {
      at += 2
      high = chars[at] === '\\' ? chars[++at] : chars[at]
    }
    if (low === undefined || high === undefined) return undefined
    members.push(within(low, high))
    at++
  }
  return { test: (char) => members.some((member) => member(char)) !== isNegated, end: at }
}

function within(low: string, high: string): (char: string) => boolean {
  const [from, to] = [low.codePointAt(0)!, high.codePointAt(0)!]
  return (char) => char.codePointAt(0)! >= from && char.codePointAt(0)! <= to
}

/** Glob matching with one place to come back to: a later `**` makes an earlier one's choice irrelevant. */
function matches(segments: readonly Segment[], names: readonly (readonly string[])[]): boolean {
  let segment = 0
  let name = 0
  let retry: { segment: number; name: number } | undefined
  while (name < names.length) {
    const current = segments[segment]
    if (current === '**') {
      // `a/**` means everything inside a, not a itself; elsewhere `**` may stand for no folder at all.
      if (segment === segments.length - 1) return true
      retry = { segment: ++segment, name }
    } else if (current !== undefined && matchesName(current, names[name]!)) {
      segment++
      name++
    } else if (retry !== undefined) {
      name = ++retry.name
      segment = retry.segment
    } else {
      return false
    }
  }
  return segment === segments.length
}

function matchesName(tokens: readonly Token[], chars: readonly string[]): boolean {
  let token = 0
  let char = 0
  let retry: { token: number; char: number } | undefined
  while (char < chars.length) {
    const current = tokens[token]
    if (current === '*') {
      retry = { token: ++token, char }
    } else if (current !== undefined && matchesChar(current, chars[char]!)) {
      token++
      char++
    } else if (retry !== undefined) {
      char = ++retry.char
      token = retry.token
    } else {
      return false
    }
  }
  while (tokens[token] === '*') token++
  return token === tokens.length
}

function matchesChar(token: Exclude<Token, '*'>, char: string): boolean {
  return typeof token === 'function' ? token(char) : token.char === char
}
