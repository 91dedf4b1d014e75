import { useState } from 'react'
import type { ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { linesOfTemplate, type PromptVersion } from './prompt-template.ts'
import type { PromptSearch } from './prompt-search.ts'
import { type LinePair, sideBySide } from './side-by-side.ts'
import { DiffView } from '../../components/diff-view.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { ScrolledRegion } from '../../components/scrolled.tsx'
import { Segments } from '../../components/segments.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface ComparePanelProps {
  /** The newest first. */
  readonly versions: readonly PromptVersion[]
  readonly version: PromptVersion
  readonly search: PromptSearch
  readonly onShow: (next: PromptSearch) => void
}

/** Two versions beside each other: their texts and the settings of the model. */
export function ComparePanel({ versions, version, search, onShow }: ComparePanelProps): ReactNode {
  const texts = useMessages(promptsMessages)
  const { compare } = texts
  const [look, setLook] = useState<'split' | 'unified'>('split')
  const place = versions.indexOf(version)
  const before = versions.find((each) => each.version === search.against) ?? versions[place + 1] ?? versions[place - 1]
  if (before === undefined) return <EmptyState title={compare.needsTwo} body={compare.needsTwoBody} />
  const [old, fresh] = [wholeText(before), wholeText(version)]
  return (
    <div className="stack">
      <div className="row">
        <VersionField
          label={compare.before}
          versions={versions}
          current={before.version}
          onSelect={(against) => onShow({ against })}
        />
        <VersionField
          label={compare.after}
          versions={versions}
          current={version.version}
          onSelect={(next) => onShow({ version: next, against: before.version })}
        />
        <Segments
          label={compare.look}
          choices={[
            { id: 'split', label: compare.split },
            { id: 'unified', label: compare.unified },
          ]}
          current={look}
          onSelect={setLook}
        />
      </div>
      {old === fresh ? (
        <p className="quiet">{compare.same}</p>
      ) : look === 'unified' ? (
        <DiffView before={old} after={fresh} names={[texts.version(before.version), texts.version(version.version)]} />
      ) : (
        <SplitView
          pairs={sideBySide(old, fresh)}
          names={[texts.version(before.version), texts.version(version.version)]}
        />
      )}
    </div>
  )
}

interface VersionFieldProps {
  readonly label: string
  readonly versions: readonly PromptVersion[]
  readonly current: string
  readonly onSelect: (version: string) => void
}

function VersionField({ label, versions, current, onSelect }: VersionFieldProps): ReactNode {
  return (
    <label className="row">
      {label}
      <select className="field" value={current} onChange={({ target }) => onSelect(target.value)}>
        {versions.map(({ version, aliases, message }) => (
          <option key={version} value={version}>
            {[version, ...aliases.map((alias) => `@${alias}`), message.slice(0, 40)].filter(Boolean).join(' ')}
          </option>
        ))}
      </select>
    </label>
  )
}

interface SplitViewProps {
  readonly pairs: readonly LinePair[]
  readonly names: readonly [before: string, after: string]
}

function SplitView({ pairs, names }: SplitViewProps): ReactNode {
  const texts = useMessages(promptsMessages).compare
  return (
    <ScrolledRegion className="panel prompt-split" label={texts.label}>
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair, index) => (
            <tr key={index}>
              <SplitLine side="before" pair={pair} />
              <SplitLine side="after" pair={pair} />
            </tr>
          ))}
        </tbody>
      </table>
    </ScrolledRegion>
  )
}

function SplitLine({ side, pair }: { readonly side: 'before' | 'after'; readonly pair: LinePair }): ReactNode {
  const texts = useMessages(shellMessages).diff
  const pieces = pair[side]
  if (pieces === undefined) return <td className="split-none" />
  if (pair.isSame) return <td>{pieces[0]?.text}</td>
  const Mark = side === 'before' ? 'del' : 'ins'
  return (
    <td className={`split-${side}`}>
      <span className="spoken">{side === 'before' ? texts.removed : texts.added}: </span>
      <span aria-hidden="true">{side === 'before' ? '− ' : '+ '}</span>
      {pieces.map(({ text, isChanged }, index) => (isChanged ? <Mark key={index}>{text}</Mark> : text))}
    </td>
  )
}

function wholeText({ template, config, format }: PromptVersion): string {
  const settings = Object.entries({ config, format }).filter(([, value]) => value !== undefined)
  return [
    linesOfTemplate(template),
    ...settings.map(([name, value]) => `${name}: ${JSON.stringify(value, undefined, 2)}`),
  ].join('\n\n')
}
