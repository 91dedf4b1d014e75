import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useEffectEvent, useRef } from 'react'
import type { ReactNode } from 'react'
import type { CodeLanguage } from './code-language.ts'

interface EditorProps {
  readonly text: string
  readonly label: string
  readonly language: CodeLanguage
  readonly maxHeight: number
  /** Absent: to read only. */
  readonly onChange?: (text: string) => void
  /** Ctrl-Enter, on a Mac Command-Enter. */
  readonly onSubmit?: () => void
}

/** CodeMirror; loaded when the first code is shown. */
export default function Editor({ text, label, language, maxHeight, onChange, onSubmit }: EditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const isEditable = onChange !== undefined
  const changed = useEffectEvent((typed: string) => onChange?.(typed))
  const submitted = useEffectEvent(() => onSubmit?.())
  const make = useEffectEvent((root: ShadowRoot): EditorView => {
    const listener = EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString())
    })
    const extensions = [looks, languages[language], EditorView.contentAttributes.of({ 'aria-label': label }), listener]
    const submit = keymap.of([{ key: 'Mod-Enter', run: () => (submitted(), true) }])
    const mode = isEditable ? [submit, editing] : reading
    return new EditorView({
      state: EditorState.create({ doc: text, extensions: [...extensions, mode] }),
      root,
      parent: root,
    })
  })
  useEffect(() => {
    // In a shadow root CodeMirror uses constructed style sheets, which the page's policy allows; a <style> it does not.
    const element = host.current!
    const made = make(element.shadowRoot ?? element.attachShadow({ mode: 'open' }))
    // What only reads has nothing to focus but what scrolls.
    if (!isEditable) made.scrollDOM.tabIndex = 0
    view.current = made
    return () => made.destroy()
  }, [language, label, isEditable])
  useEffect(() => {
    const editor = view.current
    if (editor === undefined || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])
  return <div ref={host} className="code-editor" style={{ maxHeight }} />
}

// DuckDB's words are near PostgreSQL's.
const languages: Readonly<Record<CodeLanguage, Extension>> = {
  yaml: yaml(),
  json: json(),
  sql: sql({ dialect: PostgreSQL }),
  text: [],
}

// Tab leaves the editor, as everywhere: WCAG 2.1.2.
const editing: Extension = [history(), keymap.of([...defaultKeymap, ...historyKeymap])]
const reading: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false)]

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--busy)' },
  { tag: tags.comment, color: 'var(--text-quiet)', fontStyle: 'italic' },
])

const looks: Extension = [
  lineNumbers(),
  drawSelection(),
  syntaxHighlighting(highlight),
  EditorView.theme({
    '&': { color: 'var(--text)', backgroundColor: 'transparent', fontSize: '0.75rem' },
    '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
    '.cm-scroller:focus-visible': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
    '.cm-scroller': { fontFamily: 'var(--font-code)', lineHeight: '1.5' },
    '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--text-quiet)', border: 'none' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--selected) !important' },
  }),
]
