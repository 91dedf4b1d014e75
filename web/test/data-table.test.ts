import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Column, shownColumns } from '../src/components/data-table/column.ts'
import { widened, withColumnMoved, withWidth } from '../src/components/data-table/column-changes.ts'
import { nothingSelected, selectRange, toggleAll, toggleRow } from '../src/components/data-table/selection.ts'
import { keyActions } from '../src/components/data-table/table-keys.ts'
import { searchOfTableView, tableSearch, tableViewOf } from '../src/components/data-table/table-view.ts'

const cell = () => null
const columns: readonly Column<string>[] = [
  { id: 'name', label: 'Name', cell, isPinned: true },
  { id: 'status', label: 'Status', cell },
  { id: 'metrics.a,b', label: 'a,b', cell, isHidden: true },
]
const ids = (shown: readonly Column<string>[]) => shown.map(({ id }) => id)

test('a table shows its own choice of columns until somebody picks others; pinned ones come first', () => {
  assert.deepEqual(ids(shownColumns(columns, {}).shown), ['name', 'status'])
  const picked = shownColumns(columns, {
    columns: ['status', 'gone', 'metrics.a,b', 'status'],
    pinned: ['metrics.a,b'],
  })
  assert.deepEqual(ids(picked.shown), ['metrics.a,b', 'status'])
  assert.equal(picked.pinnedCount, 1)
})

test('a view goes into the address and comes back the same, commas and percent signs in names included', () => {
  const view = {
    ...{ sort: { column: 'metrics.a,b', descending: true }, columns: ['a,b', '100%2C', 'c'], pinned: [] },
    widths: { 'metrics.a,b': 200, 'a:b': 60 },
  }
  const search = searchOfTableView(view)
  assert.equal(search.sort, '-metrics.a,b')
  assert.deepEqual(tableViewOf(tableSearch(search)), view)
  assert.deepEqual(tableViewOf(tableSearch({ sort: 3, columns: ['x'] })), {})
})

test('columns are widened within reason and moved among their like', () => {
  const shown = shownColumns(columns, { columns: ['name', 'status', 'metrics.a,b'], widths: { status: 100 } })
  assert.deepEqual(widened({}, shown.shown[1]!, 16).widths, { status: 116 })
  assert.equal(withWidth({}, 'status', 3).widths?.['status'], 48)
  assert.deepEqual(withColumnMoved({}, shown, { from: 2, to: 1 }).columns, ['name', 'metrics.a,b', 'status'])
  // A pinned one stays pinned, and none that is not comes before it.
  assert.deepEqual(withColumnMoved({}, shown, { from: 0, to: 2 }).columns, ['name', 'status', 'metrics.a,b'])
  assert.deepEqual(withColumnMoved({}, shown, { from: 2, to: 0 }), {
    ...{ columns: ['name', 'metrics.a,b', 'status'], pinned: ['name'] },
  })
})

test('x takes a row in and out, Shift everything between, and all are all that are loaded', () => {
  const order = ['a', 'b', 'c', 'd']
  const one = toggleRow(nothingSelected, 'd')
  assert.deepEqual([...selectRange(one, 'b', order).ids], ['d', 'b', 'c'])
  assert.deepEqual([...toggleRow(one, 'd').ids], [])
  assert.deepEqual([...toggleAll(one, order).ids], order)
  assert.deepEqual([...toggleAll(toggleAll(one, order), order).ids], [])
  assert.deepEqual([...selectRange({ ids: new Set(), anchor: 'gone' }, 'b', order).ids], ['b'])
})

test('keys move within the rows, Shift selects from where one stands, Enter opens', () => {
  const rows = ['a', 'b', 'c']
  const moves: (readonly (number | undefined)[])[] = []
  const opened: string[] = []
  let selection = nothingSelected
  const press = (key: string, row: number, isShift = false) =>
    keyActions({
      ...{ rows, selection, rowId: (each: string) => each },
      onSelection: (next) => (selection = next),
      onOpen: (each) => opened.push(each),
      active: { row, column: 1 },
      move: (...to) => moves.push(to),
    })[key]?.(isShift)
  press('j', 0)
  press('k', 2)
  press('End', 0)
  press('ArrowRight', 1)
  press('Enter', 2)
  assert.deepEqual(moves, [[1], [1], [2], [1, 2]])
  assert.deepEqual(opened, ['c'])
  press('ArrowDown', 0, true)
  assert.deepEqual([...selection.ids], ['a', 'b'])
  press('x', 2)
  assert.deepEqual([...selection.ids], ['a', 'b', 'c'])
  assert.equal(press('q', 0), undefined)
})
