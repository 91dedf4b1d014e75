import { SluiceError } from '../../base/errors.ts'

/** How much of a long filter is shown around the place of an error. */
const shownBefore = 60
const shownAfter = 30

/** Reads one text from left to right; every pattern is sticky, so nothing is looked at twice. */
export class Cursor {
  readonly text: string
  position = 0
  readonly #field: string

  /** `field` is what the text is called where it was given. */
  constructor(text: string, field: string) {
    this.text = text
    this.#field = field
  }

  get atEnd(): boolean {
    return this.position >= this.text.length
  }

  skipSpace(): void {
    this.take(/\s+/y)
  }

  /** The text that matches here, after which the cursor stands behind it; `undefined` when nothing does. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.position += found.length
    return found
  }

  /** Like `take`, for a quoted text: gives what is between the quotes, a doubled quote standing for one. */
  takeQuoted(quotes: string): string | undefined {
    const quote = this.text[this.position]
    if (quote === undefined || !quotes.includes(quote)) return undefined
    let content = ''
    let from = this.position + 1
    for (;;) {
      const end = this.text.indexOf(quote, from)
      if (end < 0) return undefined
      content += this.text.slice(from, end)
      if (this.text[end + 1] !== quote) {
        this.position = end + 1
        return content
      }
      content += quote
      from = end + 2
    }
  }

  /** The message, and below it the text with a caret under `position`, which is the column from 1 that it is `at`. */
  error(message: string, position = this.position): SluiceError {
    const start = Math.max(0, position - shownBefore)
    const end = Math.min(this.text.length, position + shownAfter)
    const line = this.text.slice(start, end).replace(/\s/g, ' ')
    const before = start > 0 ? '...' : ''
    const after = end < this.text.length ? '...' : ''
    const caret = ' '.repeat(before.length + position - start) + '^'
    return new SluiceError('invalid-request', `${message}\n  ${before}${line}${after}\n  ${caret}`, {
      at: { file: this.#field, line: 1, column: position + 1 },
    })
  }
}
