import type { TableView } from './column.ts'

/** A table's view as search parameters: `sort=-start_time&columns=name,status&pinned=name`. */
export interface TableSearch {
  readonly sort?: string
  readonly columns?: string
  readonly pinned?: string
}

/** For a route's `validateSearch`; what is not text is left out. */
export function tableSearch(search: Readonly<Record<string, unknown>>): TableSearch {
  const { sort, columns, pinned } = search
  return {
    ...(isText(sort) && { sort }),
    ...(isText(columns) && { columns }),
    ...(isText(pinned) && { pinned }),
  }
}

export function tableViewOf({ sort, columns, pinned }: TableSearch): TableView {
  return {
    ...(sort !== undefined && { sort: { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') } }),
    ...(columns !== undefined && { columns: parts(columns) }),
    ...(pinned !== undefined && { pinned: parts(pinned) }),
  }
}

/** What to put in the address; `undefined` takes a parameter out of it. */
export function searchOfTableView({ sort, columns, pinned }: TableView): {
  readonly [K in keyof TableSearch]-?: string | undefined
} {
  return {
    sort: sort === undefined ? undefined : `${sort.descending ? '-' : ''}${sort.column}`,
    columns: columns?.map(encode).join(','),
    pinned: pinned?.map(encode).join(','),
  }
}

// A metric's name may hold a comma.
function encode(id: string): string {
  return id.replaceAll('%', '%25').replaceAll(',', '%2C')
}

function parts(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%'))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
