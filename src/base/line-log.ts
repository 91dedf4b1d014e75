import type { Log, LogFields, LogLevel } from './log.ts'
import { logLevels } from './log.ts'

/** A log of plain lines, `<RFC 3339 UTC> <level> <message> key=value ...`, handed to `write` with their newline. */
export function lineLog({
  level,
  write,
  now,
}: {
  readonly level: LogLevel
  readonly write: (line: string) => void
  readonly now: () => number
}): Log {
  const threshold = logLevels.indexOf(level)
  return {
    level,
    write: (lineLevel, message, fields = {}) => {
      if (logLevels.indexOf(lineLevel) < threshold) return
      write(`${new Date(now()).toISOString()} ${lineLevel.padEnd(5)} ${oneLine(message)}${fieldsText(fields)}\n`)
    },
  }
}

function fieldsText(fields: LogFields): string {
  let text = ''
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const shown = String(value)
    text += ` ${key}=${/^[^\s"=]+$/.test(shown) ? shown : JSON.stringify(shown)}`
  }
  return text
}

// One record is one line, also when a caller's text holds line breaks or terminal escapes.
function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (character) => (character === '\n' ? ' | ' : ' '))
}
