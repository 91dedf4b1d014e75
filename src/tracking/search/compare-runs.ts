import { SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import type { RunInfo } from '../entities.ts'
import { findRun, runInfo } from '../run-rows.ts'
import type { keyedTables } from './run-conditions.ts'
import { readPairs, type RunValue } from './run-table.ts'

/** What a key is in each of the runs, in their order. */
export interface ComparedKey {
  readonly key: string
  readonly values: readonly RunValue[]
}

export interface RunComparison {
  readonly runs: readonly RunInfo[]
  /** By key. */
  readonly metrics: readonly ComparedKey[]
  readonly params: readonly ComparedKey[]
  readonly tags: readonly ComparedKey[]
}

const maxRuns = 100

/**
 * Runs side by side, in the order they are named: every metric, param and tag of any of them, or only those that are not
 * the same in all. Throws `not-found` for an unknown run and `limit-exceeded` for more than 100.
 */
export async function compareRuns(
  { read }: Database,
  { runIds, onlyDifferent }: { readonly runIds: readonly string[]; readonly onlyDifferent: boolean },
): Promise<RunComparison> {
  const ids = [...new Set(runIds)]
  if (ids.length > maxRuns) {
    throw new SluiceError('limit-exceeded', `At most ${maxRuns} runs are compared at a time, not ${ids.length}.`)
  }
  const runs: RunInfo[] = []
  for (const id of ids) runs.push(runInfo(await findRun(read, id)))
  const keysOf = async (kind: keyof typeof keyedTables): Promise<readonly ComparedKey[]> => {
    const found = new Map<string, RunValue[]>()
    for (const [at, id] of ids.entries()) {
      // Sequential: what one run logged is let go before the next one's is read.
      for (const { key, value } of await readPairs(read, kind, { ids: [id] })) {
        let values = found.get(key)
        if (values === undefined) found.set(key, (values = new Array<RunValue>(ids.length).fill(null)))
        values[at] = value
      }
    }
    const all = [...found].map(([key, values]) => ({ key, values })).sort((a, b) => (a.key < b.key ? -1 : 1))
    return onlyDifferent ? all.filter(({ values }) => values.some((value) => !Object.is(value, values[0]))) : all
  }
  return { runs, metrics: await keysOf('metric'), params: await keysOf('parameter'), tags: await keysOf('tag') }
}
