import type { ReactNode } from 'react'
import { useVersion } from './definition.ts'
import { componentsMessages } from './messages.ts'
import { referenceWithoutVersion, successShare, useUses } from './use-of.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { assetsMessages } from '../../messages/assets.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** What is said of one version, and how the component is used. */
export function FactsPanel({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const texts = useMessages(componentsMessages)
  const found = useVersion({ name, version })
  const reference = `azureml:${name}:${version}`
  return (
    <Loaded query={found} lines={3}>
      {({ type, labels, tags, created_at: at, created_by: by }) => {
        const tagged = Object.entries(tags).map(([key, value]) => (value === '' ? key : `${key}: ${value}`))
        return (
          <KeyValues
            entries={[
              [texts.facts.reference, <CopiedCode key="reference" text={reference} />],
              [texts.columns.kind, type],
              [texts.facts.labels, labels.length === 0 ? undefined : labels.map((label) => `@${label}`).join(', ')],
              [texts.facts.tags, tagged.length === 0 ? undefined : tagged.join(', ')],
              [
                texts.facts.created,
                <span key="created">
                  <TimeAgo at={at} /> <span className="quiet">{texts.facts.by(by)}</span>
                </span>,
              ],
              [texts.facts.use, <UseText key="use" reference={referenceWithoutVersion(name)} />],
            ]}
          />
        )
      }}
    </Loaded>
  )
}

/** How often it was used, how well, and by what. */
export function UseText({ reference }: { readonly reference: string }): ReactNode {
  const texts = useMessages(componentsMessages)
  const shared = useMessages(assetsMessages)
  const format = useFormat()
  const uses = useUses(reference)
  if (uses.data === undefined) return <span className="quiet">…</span>
  const [use] = uses.data.items
  if (use === undefined) return <span className="quiet">{shared.never}</span>
  const share = successShare(use)
  const { facts } = texts
  const said = [
    share === undefined
      ? format.count(use.job_count)
      : facts.success(format.percent(share), use.completed_count + use.failed_count),
    use.median_seconds === undefined ? '' : facts.median(format.duration(use.median_seconds * 1000)),
  ].filter((part) => part !== '')
  return (
    <span>
      {said.join(', ')} · {texts.columns.lastUsed}: <TimeAgo at={use.last_used_at} />
    </span>
  )
}
