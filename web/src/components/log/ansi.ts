/** A stretch of a line in one colour. */
export interface Span {
  readonly text: string
  /** `red`, `bright-red` ... and `bold`, as parts of a class name. */
  readonly looks: readonly string[]
}

const colors = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
// ECMA-48: CSI, parameters, a final letter; and what sets the window's title.
const escape = /\u001b(?:\[([0-9;?]*)([A-Za-z])|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g

/** The text of a line without escape sequences, in stretches of one colour; positions the sequences ask for are not. */
export function spansOf(line: string): readonly Span[] {
  if (!line.includes('\u001b')) return [{ text: lastOverwrite(line), looks: [] }]
  const spans: Span[] = []
  let looks: readonly string[] = []
  let from = 0
  const take = (to: number): void => {
    if (to > from) spans.push({ text: line.slice(from, to), looks })
  }
  for (const match of line.matchAll(escape)) {
    take(match.index)
    from = match.index + match[0].length
    if (match[2] === 'm') looks = (match[1] ?? '').split(';').reduce(changed, looks)
  }
  take(line.length)
  return spans
}

function changed(looks: readonly string[], code: string): readonly string[] {
  const number = Number(code)
  const without = looks.filter((look) => look === 'bold')
  if (number === 0) return []
  if (number === 1) return [...looks, 'bold']
  if (number === 22) return looks.filter((look) => look !== 'bold')
  if (number === 39) return without
  if (number >= 30 && number <= 37) return [...without, colors[number - 30]!]
  if (number >= 90 && number <= 97) return [...without, `bright-${colors[number - 90]!}`]
  return looks
}

/** A progress bar writes its line again and again after a carriage return: the last is what a terminal shows. */
function lastOverwrite(line: string): string {
  return line.includes('\r') ? line.slice(line.lastIndexOf('\r', line.length - 2) + 1) : line
}
