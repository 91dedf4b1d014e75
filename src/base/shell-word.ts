/** Text as one word of a shell command, whatever it holds but NUL; plain words stay as they are. */
export function shellWord(text: string): string {
  return /^[\w./,=:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
