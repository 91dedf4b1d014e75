import { type TableSearch, tableSearch } from './data-table/table-view.ts'

/** What a list of named assets shows; in the address. */
export interface AssetListSearch extends TableSearch {
  /** Part of a name or description. */
  readonly text?: string
  /** Archived ones too. */
  readonly archived?: true
}

export function assetListSearch(search: Readonly<Record<string, unknown>>): AssetListSearch {
  return {
    ...tableSearch(search),
    ...textsOf(search, ['text']),
    ...(search['archived'] === true && { archived: true }),
  }
}

/** Parameters that are texts; what looks like a number in the address bar (`version=2`) is read as one. */
export function textsOf<Key extends string>(
  search: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
): { readonly [K in Key]?: string } {
  const found = keys.flatMap((key) => {
    const value = search[key]
    return value !== '' && (typeof value === 'string' || typeof value === 'number') ? [[key, String(value)]] : []
  })
  return Object.fromEntries(found) as { readonly [K in Key]?: string }
}

/** Changes an address so that its list shows something else; how the list looks stays. */
export function withAssetSearch(next: Pick<AssetListSearch, 'text' | 'archived'>) {
  return ({ text: _, archived: __, ...old }: AssetListSearch): AssetListSearch => ({ ...old, ...next })
}

/** Whether a name or description has the text of the search in it. */
export function fitsText(
  { name, description = '' }: { readonly name: string; readonly description?: string | undefined },
  text = '',
): boolean {
  return `${name}\n${description}`.toLowerCase().includes(text.toLowerCase())
}
