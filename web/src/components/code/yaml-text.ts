/** Values of YAML; what is `undefined` is left out. */
export type YamlValue =
  string | number | boolean | null | undefined | readonly YamlValue[] | { readonly [key: string]: YamlValue }

/** YAML as a person would write it: blocks, plain words where they mean themselves, `|` for several lines. */
export function yamlText(value: { readonly [key: string]: YamlValue }): string {
  return blockOf(value, '')
}

function blockOf(value: { readonly [key: string]: YamlValue }, indent: string): string {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${indent}${scalar(key)}:${memberText(member, indent)}`)
    .join('')
}

function memberText(member: YamlValue, indent: string): string {
  if (Array.isArray(member)) {
    if (member.length === 0) return ' []\n'
    return `\n${(member as readonly YamlValue[]).map((item) => itemText(item, `${indent}  `)).join('')}`
  }
  if (isMap(member)) return isEmpty(member) ? ' {}\n' : `\n${blockOf(member, `${indent}  `)}`
  if (typeof member === 'string' && member.includes('\n')) return ` ${literal(member, `${indent}  `)}`
  return ` ${scalar(member)}\n`
}

function itemText(item: YamlValue, indent: string): string {
  if (isMap(item) && !isEmpty(item)) return `${indent}- ${blockOf(item, `${indent}  `).trimStart()}`
  return `${indent}-${memberText(item, indent)}`
}

/** A text of several lines. One that begins with a space, or has others than line breaks in it, is quoted instead. */
function literal(text: string, indent: string): string {
  if (/^[\s]|[^\S\n]\n|[\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028\u2029]/.test(text))
    return `${JSON.stringify(text)}\n`
  const mark = text.endsWith('\n\n') ? '|+' : text.endsWith('\n') ? '|' : '|-'
  const lines = text.replace(/\n$/, '').split('\n')
  return `${mark}\n${lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('')}`
}

function scalar(value: string | number | boolean | null | undefined | readonly YamlValue[] | object): string {
  if (typeof value !== 'string') return JSON.stringify(value ?? null)
  return isPlain(value) ? value : JSON.stringify(value)
}

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const otherMeaning =
  /^(?:~|null|true|false|yes|no|on|off|y|n|[-+]?[.\d][\d_.,:eExXoO+-]*|[-+]?\.(?:inf|nan)|0x[\da-f]+)$/i

function isPlain(text: string): boolean {
  return (
    /^[\p{L}\p{N}_./$(<][^\u0000-\u001f\u007f\u0085\u2028\u2029]*$/u.test(text) &&
    !/: |:$| #|\s$/.test(text) &&
    !otherMeaning.test(text) &&
    !/^\.\.\.|^---/.test(text)
  )
}

function isMap(value: unknown): value is { readonly [key: string]: YamlValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: { readonly [key: string]: YamlValue }): boolean {
  return Object.values(value).every((member) => member === undefined)
}
