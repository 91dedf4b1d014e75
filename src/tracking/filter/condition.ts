import { sql, type Expression, type SqlBool } from 'kysely'
import { assertNever } from '../../base/errors.ts'
import type { Dialect } from '../../database/database.ts'
import type { Comparison, ListOperator, NumberOperator, TextOperator } from './grammar.ts'

export interface ConditionOptions {
  readonly dialect: Dialect
  readonly column: Expression<unknown>
  readonly comparison: Comparison
  /** Set where the column holds whole numbers: PostgreSQL refuses `1.5` for them. */
  readonly integer?: boolean
}

/**
 * The SQL condition that a column's value meets the comparison; NULL meets only IS NULL. Values are parameters. LIKE is
 * case-sensitive and ILIKE folds ASCII letters, on both databases; in patterns % and _ have no escape, as in MLflow. The
 * pattern of RLIKE must have been prepared (`prepareRegularExpression`).
 */
export function matches({ dialect, column, comparison, integer = false }: ConditionOptions): Expression<SqlBool> {
  switch (comparison.kind) {
    case 'number':
      return integer ? matchesInteger(column, comparison) : matchesNumber(column, comparison)
    case 'text':
      return matchesText(dialect, column, comparison)
    case 'list':
      return matchesList(column, comparison)
    case 'presence':
      return comparison.operator === 'IS NULL' ? sql<SqlBool>`${column} is null` : sql<SqlBool>`${column} is not null`
    default:
      return assertNever(comparison)
  }
}

type OfKind<Kind extends Comparison['kind']> = Extract<Comparison, { kind: Kind }>

function matchesNumber(column: Expression<unknown>, { operator, value }: OfKind<'number'>): Expression<SqlBool> {
  return sql<SqlBool>`${column} ${sql.raw(operator satisfies NumberOperator)} ${value}`
}

/** Rounds the bound so that the same whole numbers match, and keeps it within a bigint. */
function matchesInteger(column: Expression<unknown>, { operator, value }: OfKind<'number'>): Expression<SqlBool> {
  const isWhole = Number.isInteger(value)
  if (!isWhole && operator === '=') return sql<SqlBool>`1 = 0`
  if (!isWhole && operator === '!=') return sql<SqlBool>`${column} is not null`
  const rounded = operator === '>' || operator === '<=' ? Math.floor(value) : Math.ceil(value)
  const bound = Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, rounded))
  return matchesNumber(column, { kind: 'number', operator, value: bound })
}

function matchesText(
  dialect: Dialect,
  column: Expression<unknown>,
  { operator, value }: { readonly operator: TextOperator; readonly value: string },
): Expression<SqlBool> {
  switch (operator) {
    case '=':
    case '!=':
      return sql<SqlBool>`${column} ${sql.raw(operator)} ${value}`
    case 'LIKE':
      // SQLite's LIKE folds case, its GLOB does not.
      return dialect === 'sqlite'
        ? sql<SqlBool>`${column} glob ${globOf(value)}`
        : sql<SqlBool>`${column} like ${value} escape ''`
    case 'ILIKE':
      return dialect === 'sqlite'
        ? sql<SqlBool>`${column} like ${value}`
        : sql<SqlBool>`${column} ilike ${value} escape ''`
    case 'RLIKE':
      return dialect === 'sqlite' ? sql<SqlBool>`${column} regexp ${value}` : sql<SqlBool>`${column} ~ ${value}`
    default:
      return assertNever(operator)
  }
}

/** A LIKE pattern in the words of GLOB. */
function globOf(pattern: string): string {
  const words: Readonly<Record<string, string>> = { '%': '*', _: '?', '*': '[*]', '?': '[?]', '[': '[[]' }
  return pattern.replace(/[%_*?[]/g, (character) => words[character]!)
}

function matchesList(
  column: Expression<unknown>,
  { operator, values }: { readonly operator: ListOperator; readonly values: readonly string[] },
): Expression<SqlBool> {
  const items = sql.join(values.map((value) => sql`${value}`))
  return operator === 'IN' ? sql<SqlBool>`${column} in (${items})` : sql<SqlBool>`${column} not in (${items})`
}
