import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './example-list.css'

interface ExampleListProps {
  readonly examples: readonly {
    readonly name: string
    readonly description: string
    readonly steps: readonly string[]
  }[]
  /** One that is being started; meanwhile no other is. */
  readonly starting?: string
  readonly onStart: (name: string) => void
}

/** From nothing to a model in a minute, then one of your own table; the others after them. */
const first = ['diabetes', 'sklearn']

/** The shipped examples, each with a button that starts it. */
export function ExampleList({ examples, starting, onStart }: ExampleListProps): ReactNode {
  const texts = useMessages(shellMessages).examples
  const featured = first.flatMap((name) => examples.find((example) => example.name === name) ?? [])
  const others = examples.filter(({ name }) => !first.includes(name))
  const item = ({ name, description, steps }: (typeof examples)[number], isFirst: boolean): ReactNode => (
    <li key={name} className={isFirst ? 'example example-first' : 'example'}>
      <div className="example-words">
        <h3>{name}</h3>
        <p lang="en">{description}</p>
        <p className="quiet example-steps">{steps.join(' → ')}</p>
      </div>
      <Button
        look={isFirst ? 'primary' : 'plain'}
        aria-label={texts.run(name)}
        disabled={starting !== undefined}
        onClick={() => onStart(name)}
      >
        {starting === name ? texts.starting : texts.runShort}
      </Button>
    </li>
  )
  return (
    <div className="stack">
      <ul className="example-list">{featured.map((example, place) => item(example, place === 0))}</ul>
      {others.length > 0 && (
        <details className="example-others">
          <summary>{texts.more(others.length)}</summary>
          <ul className="example-list">{others.map((example) => item(example, false))}</ul>
        </details>
      )}
    </div>
  )
}
