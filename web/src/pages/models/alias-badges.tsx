import type { ReactNode } from 'react'
import './models.css'

/** Aliases, each with the version it stands for; of one version (a list of names) without. */
export function AliasBadges({
  aliases,
}: {
  readonly aliases: Readonly<Record<string, string>> | readonly string[]
}): ReactNode {
  const entries: readonly (readonly [string, string | undefined])[] = Array.isArray(aliases)
    ? (aliases as readonly string[]).map((alias) => [alias, undefined])
    : Object.entries(aliases as Readonly<Record<string, string>>)
  return (
    <span className="model-aliases">
      {entries.map(([alias, version]) => (
        <span key={alias} className="model-alias">
          {alias}
          {version !== undefined && <span className="quiet"> {version}</span>}
        </span>
      ))}
    </span>
  )
}
