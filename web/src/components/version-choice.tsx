import type { ReactNode } from 'react'
import { EmptyState } from './page-states.tsx'

interface VersionChoiceProps {
  readonly label: string
  readonly versions: readonly string[]
  /** From the address: it may be none of the versions known so far. */
  readonly value: string
  readonly onChange: (version: string) => void
}

/** Chooses one of the versions of an asset. */
export function VersionChoice({ label, versions, value, onChange }: VersionChoiceProps): ReactNode {
  return (
    <label className="row">
      {label}
      <select className="field" aria-label={label} value={value} onChange={({ target }) => onChange(target.value)}>
        {[...new Set([...versions, value])].map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  )
}

interface ComparedVersionsProps {
  /** The version that is looked at. */
  readonly version: string
  /** All, newest first. */
  readonly versions: readonly string[]
  /** The version to compare with, from the address; absent: the one before. */
  readonly wanted: string | undefined
  readonly texts: { readonly with: string; readonly needsTwo: string; readonly needsTwoBody: string }
  readonly onChange: (wanted: string) => void
  /** What differs. */
  readonly children: (against: string) => ReactNode
}

/** Compares a version with another, which is chosen here. */
export function ComparedVersions({
  version,
  versions,
  wanted,
  texts,
  onChange,
  children,
}: ComparedVersionsProps): ReactNode {
  const others = versions.filter((each) => each !== version)
  const usual = versions[versions.indexOf(version) + 1] ?? others[0]
  const against = wanted !== undefined && wanted !== version ? wanted : usual
  if (against === undefined) return <EmptyState title={texts.needsTwo} body={texts.needsTwoBody} />
  return (
    <div className="stack">
      <VersionChoice label={texts.with} versions={others} value={against} onChange={onChange} />
      {children(against)}
    </div>
  )
}
