import { lazy, Suspense } from 'react'
import type { ReactNode } from 'react'
import type { CodeLanguage } from './code-language.ts'
import { CopyButton } from '../copy-button.tsx'
import './code.css'

const Editor = lazy(() => import('./editor.tsx'))

interface CodeBlockProps {
  readonly text: string
  /** What it is, for screen readers. */
  readonly label: string
  readonly language?: CodeLanguage
  /** Pixels at most; 420 when absent. */
  readonly maxHeight?: number
}

/** Text with line numbers and colours, to read and copy: YAML, JSON or plain. */
export function CodeBlock({ text, label, language = 'text', maxHeight = 420 }: CodeBlockProps): ReactNode {
  return (
    <div className="code-block">
      <Suspense fallback={<PlainCode text={text} />}>
        <Editor text={text} label={label} language={language} maxHeight={maxHeight} />
      </Suspense>
      <div className="code-copy">
        <CopyButton text={text} />
      </div>
    </div>
  )
}

interface CodeEditorProps extends CodeBlockProps {
  readonly onChange: (text: string) => void
  /** Ctrl-Enter, on a Mac Command-Enter. */
  readonly onSubmit?: () => void
}

/** The same to write in. `text` is what it starts with; what is typed comes through `onChange`. */
export function CodeEditor({ text, label, language = 'text', maxHeight = 420, ...acts }: CodeEditorProps): ReactNode {
  return (
    <div className="code-block">
      <Suspense fallback={<PlainCode text={text} />}>
        <Editor text={text} label={label} language={language} maxHeight={maxHeight} {...acts} />
      </Suspense>
    </div>
  )
}

function PlainCode({ text }: { readonly text: string }): ReactNode {
  return <pre className="code-plain">{text}</pre>
}
