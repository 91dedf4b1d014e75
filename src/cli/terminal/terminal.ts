/** Where a command writes: data to `out`, progress and errors to `err`. */
export interface Terminal {
  /** Writes text to standard output as it is. */
  out(text: string): void
  /** Writes text to standard error as it is. */
  err(text: string): void
  /** Writes a line to standard error that stays there, also while a picture is drawn. */
  note(line: string): void
  /** Gives notes to `write` while a picture is drawn; undefined: back to standard error. */
  divertNotes(write: ((line: string) => void) | undefined): void
  /** Standard error is a terminal that can be drawn on. */
  readonly isLive: boolean
  /** Standard output is a terminal: somebody reads it rather than a program. */
  readonly isOutTerminal: boolean
  size(): { readonly columns: number; readonly rows: number }
  readonly paint: Paint
}

/** Colours a text; on anything but a terminal, or with NO_COLOR, it stays as it is. */
export type Paint = (color: Color, text: string) => string

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const
export type Color = keyof typeof codes

/** The process's own terminal. */
export function processTerminal({
  color,
  terminalType,
}: {
  readonly color: 'auto' | 'never'
  /** The variable TERM. */
  readonly terminalType: string | undefined
}): Terminal {
  const { stdout, stderr } = process
  const isLive = stderr.isTTY === true && terminalType !== 'dumb'
  const usesColor = color === 'auto' && isLive && stdout.isTTY === true
  let diverted: ((line: string) => void) | undefined
  return {
    note: (line) => (diverted === undefined ? void stderr.write(`${line}\n`) : diverted(line)),
    divertNotes: (write) => (diverted = write),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isLive,
    isOutTerminal: stdout.isTTY === true,
    size: () => ({ columns: stderr.columns ?? 80, rows: stderr.rows ?? 24 }),
    paint: usesColor ? paint : plain,
  }
}

/** Text in a colour, by the terminal's own codes. */
export const paint: Paint = (color, text) => `\u001b[${codes[color]}m${text}\u001b[0m`

/** Text as it is. */
export const plain: Paint = (_color, text) => text

/**
 * Text that a terminal shows but does not obey: escape sequences and control characters are left out, so that neither a
 * log nor a name can move the cursor, set the title or write to the clipboard; nor can it turn the direction of writing
 * round, so that something else is read than what is there. Colours stay when asked for.
 */
export function printable(text: string, { keepColors = false } = {}): string {
  return (
    text
      // OSC, DCS, APC, PM, SOS: up to their terminator, or to the end of the line where it is missing.
      .replace(/\u001b[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?/g, '')
      .replace(/\u001b\[[0-?]*[ -/]*([@-~])/g, (sequence, final: string) =>
        keepColors && final === 'm' ? sequence : '',
      )
      .replace(/\u001b(?!\[[0-9;]*m)[ -/]*[0-~]?/g, '')
      .replace(
        keepColors
          ? /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
          : /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
        '',
      )
  )
}

/** The first `columns` characters, an ellipsis last where something was cut. */
export function cut(text: string, columns: number): string {
  const characters = [...text]
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`
}
