import type { SeededRandom } from './seeded-random.ts'
import { textOf } from './call.ts'

/** What can be searched, as far as filters and orders go. */
export interface Searchable {
  readonly entities: readonly string[]
  readonly textAttributes: readonly string[]
  readonly numberAttributes: readonly string[]
}

export const searchables = {
  runs: {
    entities: ['metrics', 'metric', 'params', 'param', 'parameters', 'tags', 'tag'],
    textAttributes: [
      'status',
      'run_name',
      'user_id',
      'attributes.status',
      'run.run_name',
      'attr.user_id',
      '`Run name`',
    ],
    numberAttributes: ['start_time', 'end_time', 'attributes.start_time', 'Created', 'created'],
  },
  experiments: {
    entities: ['tags', 'tag'],
    textAttributes: ['name', 'attribute.name', 'attributes.name'],
    numberAttributes: ['creation_time', 'last_update_time'],
  },
  registeredModels: { entities: ['tags', 'tag'], textAttributes: ['name'], numberAttributes: [] },
  modelVersions: {
    entities: ['tags', 'tag'],
    textAttributes: ['name', 'run_id', 'source_path'],
    numberAttributes: ['version_number'],
  },
  loggedModels: {
    entities: ['metrics', 'params', 'tags'],
    textAttributes: ['name', 'model_type', 'status', 'attributes.name', 'source_run_id', 'model_id'],
    numberAttributes: ['creation_timestamp', 'creation_time', 'last_updated_timestamp'],
  },
} as const satisfies Readonly<Record<string, Searchable>>

const numberComparators = ['=', '!=', '>', '>=', '<', '<=']
const textComparators = ['=', '!=', 'LIKE', 'ILIKE', 'like', 'iLike']

/** A filter of up to three clauses, now and then one that no grammar has. */
export function filterOf(random: SeededRandom, searchable: Searchable): string {
  const clauses = random.some(0, 3, () => clauseOf(random, searchable))
  const joined = clauses.join(random.pick([' AND ', ' and ', '  AND\t']))
  if (!random.chance(0.06)) return joined
  return random.pick([
    `${joined} OR name = 'x'`,
    `(${joined})`,
    `${joined} AND`,
    `AND ${joined}`,
    `${joined};`,
    `${joined} ; drop table runs`,
    'nonsense',
    'a = b = c',
    "name = 'unclosed",
    'name',
    '=',
    "unknown.x = 'a'",
    "metrics.a > 'text'",
    'params.a = 1',
    "status IN ('RUNNING')",
    'run_id IN ()',
  ])
}

function clauseOf(random: SeededRandom, { entities, textAttributes, numberAttributes }: Searchable): string {
  return random.weighted([
    [3, () => entityClause(random, random.pick(entities))],
    [2, () => `${random.pick(textAttributes)} ${random.pick(textComparators)} ${quoted(random, patternOf(random))}`],
    ...(numberAttributes.length === 0
      ? []
      : [[1, () => `${random.pick(numberAttributes)} ${random.pick(numberComparators)} ${numberOf(random)}`] as const]),
    [
      0.15,
      () =>
        `${random.pick([...textAttributes, ...numberAttributes])} ${random.pick([...numberComparators, '==', '<>', 'IS', '~'])} ${random.pick(["'a'", '1', 'a', ''])}`,
    ],
    [0.15, () => `${random.pick(entities)}.a ${random.pick(['IS NULL', 'IS NOT NULL', 'is not null'])}`],
    [
      0.15,
      () =>
        `${random.pick(textAttributes)} ${random.pick(['IN', 'NOT IN', 'in'])} ${random.pick(["('a', 'b')", "('a')", '(1)', "('a',)", "'a'"])}`,
    ],
  ])
}

function entityClause(random: SeededRandom, entity: string): string {
  const key = random.pick(['a', 'b', 'acc', '`val/acc`', '"a b"', '`a b`', 'x.y', '`x.y`', 'missing'])
  const space = random.pick([' ', ' ', ' ', '', '  '])
  if (entity.startsWith('metric')) {
    return `${entity}.${key}${space}${random.pick(numberComparators)}${space}${numberOf(random)}`
  }
  const comparator = random.pick(textComparators)
  const gap = /[a-z]/i.test(comparator) ? ' ' : space
  return `${entity}.${key}${gap}${comparator}${gap}${quoted(random, patternOf(random))}`
}

function numberOf(random: SeededRandom): string {
  return random.pick(['0', '1', '-1', '0.5', '1e3', '-0.5', '2.0', '1700000000003', '.5', '1.', '+1'])
}

function patternOf(random: SeededRandom): string {
  return random.chance(0.5)
    ? textOf(random).slice(0, 40)
    : random.pick([
        '%',
        '%o%',
        'o_e',
        'On%',
        '_',
        '%e',
        'ONE',
        'RUNNING',
        'FINISHED',
        'run%',
        'm-%',
        'a[b]*',
        '?',
        'Ü%',
      ])
}

function quoted(random: SeededRandom, text: string): string {
  // MLflow's tokeniser and ours read a quote inside of quotes differently: known-differences.ts.
  const safe = text.replace(/['"`\\]/g, '')
  return random.chance(0.8) ? `'${safe}'` : `"${safe}"`
}

/** Orders for a search, mostly good ones. */
export function ordersOf(
  random: SeededRandom,
  { entities, textAttributes, numberAttributes }: Searchable,
): readonly string[] {
  return random.some(0, 2, () => {
    const field = random.weighted([
      [2, () => random.pick([...textAttributes, ...numberAttributes])],
      [2, () => `${random.pick(entities)}.${random.pick(['a', 'b', 'acc', '`val/acc`', '`a b`', 'größe', 'x.y'])}`],
      [0.1, () => random.pick(['nonsense', '', 'unknown.a', 'start_time DESC extra'])],
    ])
    return `${field}${random.pick(['', ' ASC', ' DESC', ' desc', ' asc', ' DESC'])}`
  })
}
