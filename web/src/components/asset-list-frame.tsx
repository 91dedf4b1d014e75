import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { EmptyState, ErrorState, Skeleton } from './page-states.tsx'
import { SearchField } from './search-field.tsx'
import { assetsMessages } from '../messages/assets.ts'
import { useMessages } from '../messages/catalogue.ts'

interface FrameProps {
  /** What `useAssetList` gave. */
  readonly list: {
    readonly isPending: boolean
    readonly error: unknown
    readonly data: unknown
    readonly refetch: () => Promise<unknown>
  }
  /** From the address. */
  readonly search: { readonly text?: string; readonly archived?: true }
  readonly onSearch: (search: { readonly text?: string; readonly archived?: true }) => void
  /** What is said where nothing has the text in it. */
  readonly nothing: (text: string) => string
  readonly isEmpty: boolean
  readonly children: ReactNode
}

/** A list of named assets with what narrows it down. */
export function AssetListFrame({ list, search, onSearch, nothing, isEmpty, children }: FrameProps): ReactNode {
  const texts = useMessages(assetsMessages)
  const { text = '', archived } = search
  if (list.isPending) return <Skeleton lines={8} />
  if (list.data === undefined) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const change = (next: string, withArchived: boolean): void =>
    onSearch({ ...(next !== '' && { text: next }), ...(withArchived && { archived: true }) })
  return (
    <>
      <div className="row">
        <SearchField text={text} label={texts.search} onText={(next) => change(next, archived === true)} />
        <label className="row">
          <input type="checkbox" checked={archived === true} onChange={({ target }) => change(text, target.checked)} />
          {texts.withArchived}
        </label>
      </div>
      {isEmpty ? (
        <EmptyState title={nothing(text)} body="">
          <Button onClick={() => change('', archived === true)}>{texts.clear}</Button>
        </EmptyState>
      ) : (
        children
      )}
    </>
  )
}
