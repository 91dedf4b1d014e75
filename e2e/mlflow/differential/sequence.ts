import { damaged, newWorld, runOf, type Call, type World } from './call.ts'
import {
  createModelVersion,
  createRegisteredModel,
  modelVersionCall,
  registeredModelCall,
  searchRegistry,
} from './registry-calls.ts'
import { SeededRandom } from './seeded-random.ts'
import {
  artifactCall,
  createExperiment,
  createLoggedModel,
  createRun,
  experimentCall,
  loggedModelCall,
  metricHistory,
  runCall,
  searchExperiments,
  searchLoggedModels,
  searchRuns,
} from './tracking-calls.ts'

const themes: readonly (readonly (readonly [number, (world: World) => Call])[])[] = [
  [
    [1, createExperiment],
    [3, experimentCall],
    [2, searchExperiments],
    [2, createRun],
    [2, runCall],
  ],
  [
    [2, createRun],
    [9, runCall],
    [3, metricHistory],
    [1, experimentCall],
  ],
  [
    [2, createRun],
    [5, runCall],
    [8, searchRuns],
  ],
  [
    [1, createRun],
    [2, runCall],
    [2, createLoggedModel],
    [4, loggedModelCall],
    [3, searchLoggedModels],
    [5, artifactCall],
  ],
  [
    [1, createRun],
    [1, createLoggedModel],
    [2, createRegisteredModel],
    [4, createModelVersion],
    [4, registeredModelCall],
    [4, modelVersionCall],
    [3, searchRegistry],
  ],
]

/** The calls of one sequence, made as they are asked for: a call may depend on whether the last page had a token. */
export function sequence(seed: number, index: number): { readonly world: World; calls(): Generator<Call> } {
  const random = new SeededRandom(seed * 1_000_003 + index)
  const theme = themes[index % themes.length]!
  const world = newWorld(random, `s${seed}x${index}.`, index % themes.length === 2)
  function* calls(): Generator<Call> {
    yield { ...createExperiment(world), body: { name: `${world.prefix}e1` } }
    for (let run = random.below(3); run >= 0; run--) yield createRun(world)
    if (index % themes.length === 4) yield* firstVersions(world)
    for (let count = 0; count < 14; count++) {
      const unfinished = world.unfinished.pop()
      yield unfinished !== undefined && random.chance(0.9)
        ? unfinished
        : spoiled(world, random.weighted(theme.map(([weight, make]) => [weight, () => make(world)])))
    }
  }
  return { world, calls }
}

/** A model with two versions and an alias, so that what follows has something to act on. */
function* firstVersions({ prefix }: World): Generator<Call> {
  const name = `${prefix}m1`
  const post = (path: string, body: object): Call => ({ method: 'POST', path: `/api/2.0/mlflow/${path}`, body })
  yield post('registered-models/create', { name })
  yield post('model-versions/create', { name, source: 's3://bucket/model' })
  yield post('model-versions/create', { name, source: 's3://bucket/model', tags: [{ key: 'a', value: 'one' }] })
  yield post('registered-models/alias', { name, alias: 'champion', version: '2' })
}

/** Now and then the call as a careless client would send it. */
function spoiled(world: World, call: Call): Call {
  const { random } = world
  if (random.chance(0.85) || call.text !== undefined) return call
  // Runs without a name or a start would be ordered by what each server makes up.
  if (world.namesRuns && call.path.endsWith('/runs/create')) return call
  if (call.body === undefined)
    return { ...call, query: withOwnNames(world, call.query, damagedQuery(world, call.query ?? {})) }
  return random.weighted<Call>([
    [6, () => ({ ...call, body: withOwnNames(world, call.body, damaged(random, call.body)) })],
    [
      1,
      () => ({
        ...call,
        body: undefined,
        text: random.pick([
          '',
          '{',
          '[]',
          '"text"',
          'null',
          '1',
          '{"run_id": ',
          `{"run_id": "${runOf(world)}",}`,
          '{"key": 01}',
        ]),
      }),
    ],
    [0.3, () => ({ ...call, contentType: random.pick(['text/plain', 'application/x-www-form-urlencoded']) })],
    [0.2, () => ({ ...call, contentType: 'application/json; charset=utf-8' })],
    [0.3, () => ({ ...call, path: `${call.path}${random.pick(['/', 'x', '/x'])}` })],
  ])
}

/** Names stay those of this sequence: another one would see what this one made under a common name. */
function withOwnNames({ prefix }: World, given: unknown, damaged: unknown): Readonly<Record<string, unknown>> {
  const { filter } = (given ?? {}) as { readonly filter?: string }
  const limit = filter?.startsWith('name LIKE') === true ? { filter } : {}
  const fields = Object.entries({ ...(damaged as Readonly<Record<string, unknown>>), ...limit })
  const own = (key: string, value: unknown): unknown => {
    const isForeign = typeof value === 'string' && value.trim() !== '' && !value.startsWith(prefix)
    return isForeign && /^(new_|experiment_)?name$/.test(key) ? `${prefix}${value}` : value
  }
  return Object.fromEntries(fields.map(([key, value]) => [key, own(key, value)]))
}

function damagedQuery({ random }: World, query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const changed = damaged(random, query) as Record<string, unknown>
  // A query string has texts and lists of texts only.
  return Object.fromEntries(
    Object.entries(changed).flatMap(([key, value]): [string, unknown][] => {
      if (value === null) return []
      if (typeof value !== 'object') return [[key, String(value)]]
      return Array.isArray(value) ? [[key, value.map(String)]] : []
    }),
  )
}
