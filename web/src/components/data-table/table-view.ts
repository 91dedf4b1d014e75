import type { TableView } from './column.ts'

/** A table's view as search parameters: `sort=-start_time&columns=name,status&pinned=name&widths=name:300`. */
export interface TableSearch {
  readonly sort?: string
  readonly columns?: string
  readonly pinned?: string
  readonly widths?: string
}

/** For a route's `validateSearch`; what is not text is left out. */
export function tableSearch(search: Readonly<Record<string, unknown>>): TableSearch {
  const { sort, columns, pinned, widths } = search
  return {
    ...(isText(sort) && { sort }),
    ...(isText(columns) && { columns }),
    ...(isText(pinned) && { pinned }),
    ...(isText(widths) && { widths }),
  }
}

export function tableViewOf({ sort, columns, pinned, widths }: TableSearch): TableView {
  return {
    ...(sort !== undefined && { sort: { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') } }),
    ...(columns !== undefined && { columns: parts(columns) }),
    ...(pinned !== undefined && { pinned: parts(pinned) }),
    ...(widths !== undefined && { widths: widthsOf(widths) }),
  }
}

/** What to put in the address; `undefined` takes a parameter out of it. */
export function searchOfTableView({ sort, columns, pinned, widths }: TableView): {
  readonly [K in keyof TableSearch]-?: string | undefined
} {
  return {
    sort: sort === undefined ? undefined : `${sort.descending ? '-' : ''}${sort.column}`,
    columns: columns?.map(encode).join(','),
    pinned: pinned?.map(encode).join(','),
    widths:
      widths === undefined
        ? undefined
        : Object.entries(widths)
            .map(([id, width]) => `${encode(id)}:${width}`)
            .join(','),
  }
}

// A metric's name may hold a comma.
function encode(id: string): string {
  return id.replaceAll('%', '%25').replaceAll(',', '%2C')
}

function parts(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%'))
}

/** A name may hold colons: the last one ends it. */
function widthsOf(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    parts(text).flatMap((part) => {
      const [, id, width] = /^(.+):(\d{1,4})$/s.exec(part) ?? []
      return id === undefined ? [] : [[id, Number(width)]]
    }),
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
