import type { SourcePosition } from '../../base/errors.ts'

/** The text of a file as it is shown in messages: positions and frames by offset, lines found only when asked for. */
export interface SourceText {
  readonly file: string
  /** Without a byte order mark, which so shifts no column. */
  readonly text: string
  readonly lineStarts: () => readonly number[]
}

/** A stretch of a source text, in UTF-16 units from its start. */
export interface Mark {
  readonly offset: number
  readonly length: number
}

/** A mistake and where it stands. */
export interface Problem {
  readonly mark: Mark
  readonly message: string
  readonly hint?: string
}

/** Wraps the text of `file`; a leading byte order mark is dropped, as Azure's reader (utf-8-sig) does. */
export function sourceText(file: string, text: string): SourceText {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text
  let starts: number[] | undefined
  return {
    file,
    text: content,
    lineStarts: () => {
      if (starts !== undefined) return starts
      starts = [0]
      for (let at = content.indexOf('\n'); at !== -1; at = content.indexOf('\n', at + 1)) starts.push(at + 1)
      return starts
    },
  }
}

/** Line and column of an offset, both from 1. */
export function positionAt(source: SourceText, offset: number): SourcePosition {
  const line = lineIndexAt(source, offset)
  return { file: source.file, line: line + 1, column: offset - source.lineStarts()[line]! + 1 }
}

/**
 * The source line of a mark with carets below it: two lines of at most about 100 characters, safe to print. Undefined
 * for a blank line.
 */
export function frameAt(source: SourceText, mark: Mark): string | undefined {
  const line = lineIndexAt(source, mark.offset)
  const start = source.lineStarts()[line]!
  const next = source.lineStarts()[line + 1]
  const whole = source.text.slice(start, next === undefined ? source.text.length : next - 1)
  if (whole.trim() === '') return undefined
  const indent = whole.length - whole.trimStart().length
  const column = mark.offset - start
  // A long line (base64, one-line JSON) is shown as a window around the caret.
  const from = column - indent > 80 ? column - 40 : Math.min(indent, column)
  const shown = whole.slice(from, from + 100).trimEnd()
  const lead = from > indent ? '…' : ''
  const tail = from + 100 < whole.length ? '…' : ''
  const room = Math.max(1, from + 100 - column, 1)
  const carets = '^'.repeat(Math.max(1, Math.min(mark.length, whole.length - column, room)))
  return `  ${lead}${printable(shown)}${tail}\n  ${' '.repeat(lead.length + column - from)}${carets}`
}

/** The same number of characters with nothing in them that a terminal obeys: controls, tabs and bidi marks. */
export function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '·')
}

/** A text in double quotes for a message, cut after 60 characters, safe to print. */
export function quoted(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text
  return `"${printable(short.replace(/\r?\n/g, ' '))}"`
}

function lineIndexAt(source: SourceText, offset: number): number {
  const starts = source.lineStarts()
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** As `frameAt`, for a position that was found earlier: one caret. */
export function frameOf(text: string, position: SourcePosition): string | undefined {
  const source = sourceText(position.file, text)
  const start = source.lineStarts()[position.line - 1]
  return start === undefined ? undefined : frameAt(source, { offset: start + position.column - 1, length: 1 })
}
