/**
 * The story of filters and orders: MLflow's search language (clauses `identifier operator value`, joined by AND only),
 * read by one parser for every entity that can be searched.
 *
 * How to use it for an entity of your own (runs, experiments, logged models, registered models, model versions):
 *
 * 1. Describe it as a `FilterGrammar`: per kind of thing the words a user may write before the dot and either a closed
 *    list of keys (attributes) or one rule for any key (metrics, params, tags). `bare` is what an identifier without a
 *    dot means.
 * 2. `parseFilter(text, grammar)` gives `FilterClause`s, in the order written, types and operators checked. Every error
 *    is an `invalid-request` in MLflow's phrases with the place below it, marked by a caret. Time is linear in the text.
 * 3. Turn each clause into SQL with `matches({ dialect, column, clause })` of `condition.ts`; values are always
 *    parameters, LIKE is case-sensitive and ILIKE is not on both databases. A key that an entity lacks never matches, so
 *    ask with `exists` (and `not exists` for IS NULL).
 * 4. `parseOrderBy(texts, grammar)` reads `order_by` with a grammar of the same form (its operators are not looked at).
 */
export interface FilterGrammar<Entity extends string> {
  readonly entities: Readonly<Record<Entity, FilterEntity>>
  readonly bare: Entity
}

export interface FilterEntity {
  /** What may stand before the dot; the first is the word used in messages. */
  readonly words: readonly [string, ...string[]]
  /** The rule for any key, or the closed list of keys. */
  readonly keys: ValueRule | ReadonlyMap<string, ValueRule>
  /** Other spellings of keys of a closed list: alias -> key. */
  readonly aliases?: ReadonlyMap<string, string>
}

export interface ValueRule {
  readonly type: 'text' | 'number'
  readonly operators: readonly FilterOperator[]
  /** Set where MLflow also takes a quoted whole number: `version_number = '2'`. */
  readonly mayBeQuoted?: true
  /** Set where `<` and its like compare a number, though the rule's type is text. */
  readonly isNumberInOrder?: true
  /** Set where MLflow takes whole numbers only. */
  readonly isWhole?: true
}

export type NumberOperator = '=' | '!=' | '>' | '>=' | '<' | '<='
export type TextOperator = '=' | '!=' | 'LIKE' | 'ILIKE' | 'RLIKE'
export type ListOperator = 'IN' | 'NOT IN'
export type PresenceOperator = 'IS NULL' | 'IS NOT NULL'
export type FilterOperator = NumberOperator | TextOperator | ListOperator | PresenceOperator

/** What a clause asks of a value; `kind` says which value it carries. */
export type Comparison =
  | { readonly kind: 'number'; readonly operator: NumberOperator; readonly value: number }
  | { readonly kind: 'text'; readonly operator: TextOperator; readonly value: string }
  | { readonly kind: 'list'; readonly operator: ListOperator; readonly values: readonly string[] }
  | { readonly kind: 'presence'; readonly operator: PresenceOperator }

/** One clause of a filter: an entity's key (aliases resolved) and what is asked of its value. */
export type FilterClause<Entity extends string> = {
  readonly entity: Entity
  readonly key: string
  readonly comparison: Comparison
}

/** One field of an `order_by`. */
export interface OrderField<Entity extends string> {
  readonly entity: Entity
  readonly key: string
  readonly type: ValueRule['type']
  readonly ascending: boolean
}

export const numberOperators: readonly NumberOperator[] = ['>', '>=', '!=', '=', '<', '<=']
export const textOperators: readonly TextOperator[] = ['!=', '=', 'LIKE', 'ILIKE']

/** A closed list of keys: these are text, those are numbers, both with the operators that MLflow gives them. */
export function attributeKeys(keys: {
  readonly text?: readonly string[]
  readonly listed?: readonly string[]
  readonly numbers?: readonly string[]
}): ReadonlyMap<string, ValueRule> {
  const rules = new Map<string, ValueRule>()
  for (const key of keys.text ?? []) rules.set(key, { type: 'text', operators: textOperators })
  for (const key of keys.listed ?? []) rules.set(key, { type: 'text', operators: [...textOperators, 'IN', 'NOT IN'] })
  for (const key of keys.numbers ?? []) rules.set(key, { type: 'number', operators: numberOperators })
  return rules
}

export function isClosed(keys: FilterEntity['keys']): keys is ReadonlyMap<string, ValueRule> {
  return keys instanceof Map
}
