import type { ErrorCode } from 'yaml'
import type { Mark, Problem } from './source-text.ts'
import { quoted } from './source-text.ts'

/** What the YAML library found wrong, in its words. */
export interface SyntaxMistake {
  readonly mark: Mark
  readonly code: ErrorCode
  readonly message: string
}

interface Explanation {
  readonly code: ErrorCode
  /** Tells apart what the library reports under one code. */
  readonly words?: RegExp
  /** Tells apart by the line from the mark on. */
  readonly line?: RegExp
  readonly message: string
  readonly hint: string
}

const bracket = { message: 'a bracket is not closed', hint: 'Close it before this point, or indent what stands in it.' }
const placeholder = {
  message: 'not valid YAML: a {{placeholder}} that was not filled in',
  hint: 'Replace it by a value, or put the whole text in quotes.',
}
/** Our words for the mistakes people make, first match wins; the library's own words serve for the rest. */
const explanations: readonly Explanation[] = [
  { code: 'TAB_AS_INDENT', message: 'a tab is used as indentation', hint: 'Indent with spaces only.' },
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    line: /:(\s|$)/,
    message: 'a second "key:" on one line',
    hint: 'If this is text, put it in quotes: a colon and a space make a key.',
  },
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    message: 'the line below is indented as if it belonged to this text',
    hint: 'Line it up with the keys above, or remove the text here.',
  },
  {
    code: 'MULTILINE_IMPLICIT_KEY',
    message: 'a line without a key before a line with one',
    hint: 'Is a ":" missing here, or is the indentation different from the line above?',
  },
  { code: 'BAD_INDENT', words: /end with a/, ...bracket },
  { code: 'MISSING_CHAR', words: /end with/, ...bracket },
  { code: 'BLOCK_IN_FLOW', ...bracket },
  {
    code: 'BAD_INDENT',
    message: 'the indentation fits no line above',
    hint: 'Line it up with the lines above that belong to the same level.',
  },
  {
    code: 'MISSING_CHAR',
    words: /closing/,
    message: 'the quote that opens here is never closed',
    hint: 'Close it, or double a quote that is part of the text.',
  },
  {
    code: 'MISSING_CHAR',
    words: /map values/,
    message: 'a line that is neither "key: value" nor "- item"',
    hint: 'Is a ":" missing, or the space after ":" or "-"?',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    words: /block-seq-ind/,
    message: 'a list item on the line of its key',
    hint: 'Put "- " on a line of its own below the key.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    words: /scalar at node end/,
    message: 'more text where the value has ended',
    hint: 'Put the whole text in quotes; inside single quotes a quote is doubled.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    words: /flow-(seq|map)-end|^Unexpected ,/,
    message: 'a bracket or comma that belongs to nothing',
    hint: 'Remove it, or put the text in quotes.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    words: /flow-map-start at node end/,
    message: 'an expression inside brackets is not in quotes',
    hint: 'Write it in quotes: {x: "${{parent.inputs.x}}"}',
  },
  {
    code: 'BAD_SCALAR_START',
    message: 'text cannot start with this character',
    hint: 'Put the text in quotes.',
  },
  {
    code: 'BAD_DQ_ESCAPE',
    message: 'a backslash sequence that does not exist',
    hint: 'In double quotes a backslash is doubled; in single quotes it stands for itself.',
  },
]

/** Says in our words what is wrong with the YAML and how to correct it, marked where a person would look. */
export function explainSyntax(text: string, mistake: SyntaxMistake): Problem {
  const mark = settled(text, mistake.mark)
  if (mistake.code === 'TAG_RESOLVE_FAILED') return refusedTag(mark, /tag:? (\S+)$/.exec(mistake.message)?.[1] ?? '')
  const lineEnd = text.indexOf('\n', mark.offset)
  const rest = text.slice(mark.offset, lineEnd === -1 ? undefined : lineEnd)
  const line = text.slice(text.lastIndexOf('\n', mark.offset) + 1, mark.offset) + rest
  if (/(^|[^$])\{\{[^{}]*\}\}/.test(line)) return { mark, ...placeholder }
  const found = explanations.find(
    ({ code, words, line }) =>
      code === mistake.code && (words?.test(mistake.message) ?? true) && (line?.test(rest) ?? true),
  )
  const { message, hint } = found ?? { message: inPlainWords(mistake.message), hint: 'Correct the YAML here.' }
  return { mark, message: `not valid YAML: ${message}`, hint }
}

/** The one message about tags: no document of ours needs any. */
export function refusedTag(mark: Mark, tag: string): Problem {
  const shown = tag.replace(/^tag:yaml\.org,2002:/, '!!')
  return { mark, message: `the tag ${quoted(shown)} is not allowed`, hint: 'Remove it: documents hold plain values.' }
}

function inPlainWords(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

/** Moves a mark from white space to the next character of its line, or back to the last one there is. */
function settled(text: string, { offset, length }: Mark): Mark {
  const ahead = /^[ \t]*[^\s]/.exec(text.slice(offset, offset + 1000))
  if (ahead !== null) return { offset: offset + ahead[0].length - 1, length }
  const before = text.slice(0, offset).trimEnd().length
  return { offset: Math.max(0, before - 1), length: 1 }
}
