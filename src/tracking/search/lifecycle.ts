import { sql, type Expression, type SqlBool } from 'kysely'
import { assertNever } from '../../base/errors.ts'
import type { ViewType } from '../entities.ts'

/** The condition that a row with this `deleted_ms` belongs to the view. */
export function lifecycleIn(view: ViewType, deletedMs: Expression<unknown>): Expression<SqlBool> {
  switch (view) {
    case 'ACTIVE_ONLY':
      return sql<SqlBool>`${deletedMs} is null`
    case 'DELETED_ONLY':
      return sql<SqlBool>`${deletedMs} is not null`
    case 'ALL':
      return sql<SqlBool>`1 = 1`
    default:
      return assertNever(view)
  }
}
