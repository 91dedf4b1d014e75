import type { SeededRandom } from './seeded-random.ts'

/** One request, in which ids that servers make stand as names: `{{run:0}}` is what each server called that run. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  /** Sent as it is, in place of a body. */
  readonly text?: string
  readonly contentType?: string
  /** Names for ids of a good answer: name -> where it is, e.g. `run.info.run_id`. */
  readonly names?: Readonly<Record<string, string>>
  /** For a page: the name its token gets, and the call that it continues. */
  readonly tokenName?: string
}

/** What a sequence has made so far, and what it draws from. */
export interface World {
  readonly random: SeededRandom
  /** Begins every name of this sequence, so that sequences do not see each other. */
  readonly prefix: string
  /** Runs are named, since searches may look at names. */
  readonly namesRuns: boolean
  readonly experiments: string[]
  readonly runs: string[]
  readonly loggedModels: string[]
  /** Searches whose last answer had a token. */
  readonly unfinished: Call[]
  made: number
}

export function newWorld(random: SeededRandom, prefix: string, namesRuns: boolean): World {
  return { random, prefix, namesRuns, experiments: [], runs: [], loggedModels: [], unfinished: [], made: 0 }
}

/** The placeholder of a name. */
export function named(name: string): string {
  return `{{${name}}}`
}

export function experimentOf({ random, experiments }: World): string {
  if (experiments.length === 0 || random.chance(0.04)) return random.pick(['987654321', 'abc', '-1', '1.5'])
  return named(random.pick(experiments))
}

export function runOf({ random, runs }: World): string {
  if (runs.length === 0 || random.chance(0.04)) return random.pick(['0'.repeat(32), 'nothing', '../x'])
  return named(random.pick(runs))
}

export function loggedModelOf({ random, loggedModels }: World): string {
  if (loggedModels.length === 0 || random.chance(0.05)) return `m-${'0'.repeat(32)}`
  return named(random.pick(loggedModels))
}

/** Keys of metrics, params and tags: few, so that they meet; some that no server takes. */
export function keyOf(random: SeededRandom): string {
  if (random.chance(0.9)) return random.pick(['a', 'b', 'acc', 'val/acc', 'a b', 'x.y', 'größe', 'A'])
  return random.pick([
    '',
    ' ',
    '/a',
    'a//b',
    'a/../b',
    '..',
    '.',
    'a:b',
    'a!b',
    'a\nb',
    'k'.repeat(250),
    'k'.repeat(251),
    'é',
  ])
}

export function textOf(random: SeededRandom): string {
  return random.weighted([
    [
      8,
      () =>
        random.pick([
          '1',
          '2',
          'one',
          'One',
          'ONE',
          'two words',
          'a%b',
          'a_b',
          '',
          'ümlaut',
          'é',
          'É',
          "it's",
          '"',
          '\\',
          '0.5',
          'nan',
        ]),
    ],
    [0.3, () => 'v'.repeat(random.pick([500, 501, 5000, 5001, 6000, 6001, 8000, 8001]))],
  ])
}

export function pairsOf(random: SeededRandom, most = 3): readonly { readonly key: string; readonly value: string }[] {
  const pairs = random.some(0, most, () => ({ key: keyOf(random), value: textOf(random) }))
  const isFirst = ({ key }: { readonly key: string }, at: number) => pairs.findIndex((pair) => pair.key === key) === at
  return random.chance(0.9) ? pairs.filter(isFirst) : pairs
}

/** A body with one field changed to what a careless or hostile client might send. */
export function damaged(random: SeededRandom, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  if (Array.isArray(body)) {
    if (body.length === 0) return body
    const at = random.below(body.length)
    return body.map((item: unknown, index) => (index === at ? damagedValue(random, item) : item))
  }
  const entries = Object.entries(body)
  if (entries.length === 0) return { unknown: 1 }
  const at = random.below(entries.length)
  const changed = entries.flatMap(([key, value], index): [string, unknown][] => {
    if (index !== at) return [[key, value]]
    if (random.chance(0.25)) return []
    return [
      [key, typeof value === 'object' && random.chance(0.5) ? damaged(random, value) : damagedValue(random, value)],
    ]
  })
  return Object.fromEntries(changed)
}

function damagedValue(random: SeededRandom, value: unknown): unknown {
  return random.pick<unknown>([
    null,
    '',
    ' ',
    0,
    8888881,
    -1,
    1.5,
    '7777777',
    '1.5',
    'NaN',
    'Infinity',
    true,
    'true',
    [],
    {},
    [value],
    { key: value },
    String(value),
    'ACTIVE_ONLY',
    9007199254740993,
    12345678901,
  ])
}
