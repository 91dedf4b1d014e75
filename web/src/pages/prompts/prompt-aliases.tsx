import type { ReactNode } from 'react'
import { Badge } from '../../components/status-badge.tsx'

interface PromptAliasesProps {
  readonly aliases: readonly { readonly alias: string; readonly version?: string }[]
}

/** Aliases as programs write them, each with the version it stands for where that is not plain. */
export function PromptAliases({ aliases }: PromptAliasesProps): ReactNode {
  return (
    <span className="prompt-aliases">
      {aliases.map(({ alias, version }) => (
        <Badge key={alias} tone="quiet" glyph="@">
          {version === undefined ? alias : `${alias} → ${version}`}
        </Badge>
      ))}
    </span>
  )
}
