import { Composer, Lexer, Parser } from 'yaml'
import type { CST, Document, ErrorCode, Node } from 'yaml'
import type { Mark, Problem, SourceText } from './source-text.ts'
import type { SyntaxMistake } from './syntax-mistake.ts'
import { explainSyntax } from './syntax-mistake.ts'

/*
 * Text to YAML nodes, with the limits that keep a hostile or broken file cheap (hardening.md row 6):
 * - bytes are counted before anything else;
 * - depth is watched while the lexer runs, one token at a time, so 100,000 brackets stop at the 101st (the library alone
 *   takes 4.4 s to refuse them);
 * - mistakes stop at the 20th (900,000 commas: 7 s of error objects otherwise);
 * - aliases, duplicate keys and tags are judged on the finished tree, in one pass (check-tree.ts).
 * What is not valid YAML yields its first mistake only: everything after it is guesswork.
 */

/** Largest file read, in bytes of UTF-8. */
export const maxFileBytes = 1_000_000
/** Deepest nesting of lists and mappings. */
export const maxDepth = 100
const maxMistakes = 20

/** What parsing gives: the root (null for an empty file), or what makes it unreadable. */
export type ParsedYaml = { readonly root: Node | null } | { readonly problems: readonly Problem[] }

/** Parses one YAML 1.2 document with the core schema; never throws, takes linear time. */
export function parseYaml(source: SourceText): ParsedYaml {
  const { text } = source
  if (exceedsBytes(text)) {
    const hint = 'Documents are small: move data into files of its own and refer to them.'
    return refuse(0, `the file is larger than ${maxFileBytes / 1_000_000} MB`, hint)
  }
  const nul = text.indexOf('\0')
  if (nul !== -1) return refuse(nul, 'the file holds a NUL byte, so it is not UTF-8 text', 'Save it as UTF-8.')
  const run: Run = { parser: new Parser(), composer: composerOf(), documents: [], mistakes: [], quoteAt: 0 }
  collectMistakes(run)
  let deepAt: number | undefined
  try {
    deepAt = compose(run, text)
  } catch (thrown) {
    if (thrown !== tooManyMistakes) throw thrown
  }
  if (deepAt !== undefined) {
    const hint = `At most ${maxDepth} levels of lists and mappings may lie in one another.`
    return refuse(deepAt, `the file nests deeper than ${maxDepth} levels`, hint)
  }
  if (run.mistakes.length > 0) return { problems: explain(text, run.mistakes) }
  const [first, second] = run.documents
  if (second !== undefined) {
    const hint = 'Put every document into a file of its own and remove the "---" between them.'
    return refuse(second.range[0], 'a file holds one document, and another one starts here', hint)
  }
  return { root: first?.contents ?? null }
}

interface Run {
  readonly parser: Parser
  readonly composer: Composer
  readonly documents: Document.Parsed[]
  readonly mistakes: SyntaxMistake[]
  quoteAt: number
}

const tooManyMistakes = Symbol('too many mistakes')

function composerOf(): Composer {
  // Duplicate keys are found in check-tree.ts: the library's search is quadratic in the keys of a mapping.
  return new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, logLevel: 'silent' })
}

function refuse(offset: number, message: string, hint: string): ParsedYaml {
  return { problems: [{ mark: { offset, length: 1 }, message, hint }] }
}

/** Fills `run.documents`; the offset at which the file nests too deep, if it does. */
function compose(run: Run, text: string): number | undefined {
  const { parser } = run
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('"') || lexeme.startsWith("'")) run.quoteAt = parser.offset
    const offset = parser.offset
    for (const token of parser.next(lexeme)) add(run, token)
    // The stack holds the document, the collections that are open, and at times a scalar.
    if (parser.stack.length > maxDepth + 1 && openCollections(parser) > maxDepth) return offset
    if (run.documents.length > 1) return undefined
  }
  for (const token of parser.end()) add(run, token)
  run.documents.push(...run.composer.end(false, text.length))
  return undefined
}

function add(run: Run, token: CST.Token): void {
  if (token.type === 'error') {
    found(run, { mark: markOf(token), code: 'UNEXPECTED_TOKEN', message: token.message })
  } else {
    run.documents.push(...run.composer.next(token))
  }
}

function openCollections(parser: Parser): number {
  return parser.stack.filter(({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection')
    .length
}

type ErrorSource = number | readonly number[] | { readonly offset: number; readonly source?: string }

/** Takes the library's errors as they are found; its callback is private in the types, so a test watches over it. */
function collectMistakes(run: Run): void {
  const open = run.composer as unknown as {
    onError: (source: ErrorSource, code: ErrorCode, message: string) => void
  }
  open.onError = (source, code, message) => {
    // The library marks the end of the file; the quote that was opened last is what a person must find.
    const isUnclosed = code === 'MISSING_CHAR' && message.startsWith('Missing closing')
    found(run, { mark: isUnclosed ? { offset: run.quoteAt, length: 1 } : markOf(source), code, message })
  }
}

function found(run: Run, mistake: SyntaxMistake): void {
  // The library catches what a tag throws and reports it here again.
  if (run.mistakes.length < maxMistakes) run.mistakes.push(mistake)
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- a jump out of the library's generators, caught above
  if (run.mistakes.length === maxMistakes) throw tooManyMistakes
}

function markOf(source: ErrorSource): Mark {
  if (typeof source === 'number') return { offset: source, length: 1 }
  if ('offset' in source) return { offset: source.offset, length: Math.max(1, source.source?.length ?? 1) }
  const [start = 0, end = start + 1] = source
  return { offset: start, length: Math.max(1, end - start) }
}

/** The first mistake; refused tags confuse nothing that follows, so all of those. */
function explain(text: string, mistakes: readonly SyntaxMistake[]): readonly Problem[] {
  const structural = mistakes.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
  const first = structural.sort((one, other) => one.mark.offset - other.mark.offset).slice(0, 1)
  return (first.length === 0 ? mistakes : first).map((mistake) => explainSyntax(text, mistake))
}

/** Counts UTF-8 bytes without an encoder: this layer knows no machine. */
function exceedsBytes(text: string): boolean {
  if (text.length > maxFileBytes) return true
  if (text.length * 3 <= maxFileBytes) return false
  let bytes = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // A surrogate pair is four bytes: two for each half.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return bytes > maxFileBytes
}
