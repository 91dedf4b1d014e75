import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { startRealMlflow } from '../../real-mlflow-server.mjs'
import { startSluice } from '../sluice-server.ts'
import type { Difference } from './comparable.ts'
import { firstDifference } from './differential.ts'

/** DIFFERENTIAL_SEQUENCES and DIFFERENTIAL_SEED run more of them, or others. */
const sequences = Number(process.env['DIFFERENTIAL_SEQUENCES'] ?? 200)
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1)

/** On PostgreSQL other sequences, and fewer: what is SQL has its tests on both. */
const rounds = [
  { database: 'sqlite', from: 0, count: sequences },
  { database: 'postgres', from: sequences, count: Math.ceil(sequences / 2) },
] as const

for (const { database, from, count } of rounds) {
  const skip = database === 'postgres' && process.env['SLUICE_TEST_POSTGRES'] === undefined && 'no PostgreSQL is set'
  const what = `${count} random sequences of calls get the same answers from us on ${database} and from a real mlflow server`
  test(what, { skip }, async (t) => {
    const [theirs, ours] = await Promise.all([startRealMlflow(), startSluice(t, database)])
    t.after(() => theirs.stop())
    const differences: Difference[] = []
    let calls = 0
    for (let index = from; index < from + count; index++) {
      // Sequential: both servers make the same experiments in the same order.
      const found = await firstDifference({ ours, theirs: theirs.url }, { seed, index })
      calls += found.calls
      if (found.difference !== undefined) differences.push(found.difference)
    }
    assert.ok(calls > 8 * count, `only ${calls} calls were made: sequences end early`)
    assert.equal(differences.length, 0, inspect(differences.slice(0, 5), { depth: 12, breakLength: 160 }))
  })
}
