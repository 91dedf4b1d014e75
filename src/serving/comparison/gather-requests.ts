import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Tables } from '../../database/database.ts'
import type { CovariateSums } from '../../statistics/cuped.ts'
import type { RatioSums } from '../../statistics/estimate.ts'
import { bucketOf } from '../latency-buckets.ts'
import type { MetricChoice } from './metric-choice.ts'
import { outcomesOf, requestPage, type RecordedRequest, type Variant } from './request-store.ts'

/*
 * One pass over the recorded requests of an endpoint, a thousand at a time with a turn of the event loop in between: a
 * comparison of a million requests takes seconds, and none of the requests that are answered meanwhile waits for it.
 */

/** What is added up of the requests of one revision. */
export interface VariantSums {
  /** By metric: sums over units, a request without a unit being one. */
  readonly metrics: ReadonlyMap<string, RatioSums>
  /** By metric: sums over units of their mean metric and their mean covariate. */
  readonly withCovariate: ReadonlyMap<string, CovariateSums>
  /** Answered requests by latency bucket. */
  readonly latencies: ReadonlyMap<number, number>
}

export interface GatherRange {
  readonly endpoint: string
  readonly variants: readonly Variant[]
  readonly sinceMs: number
  readonly metrics: readonly MetricChoice[]
  readonly covariate: string | undefined
  /** From when on it is counted whom the weights gave to which deployment. */
  readonly splitSinceMs: number
}

export interface Gathered {
  /** In the order of `variants`. */
  readonly variants: readonly VariantSums[]
  /** Units by deployment, requests that a header pinned left out. */
  readonly split: ReadonlyMap<string, number>
}

export async function gatherRequests(tables: Tables, range: GatherRange): Promise<Gathered> {
  const { endpoint, variants, sinceMs, splitSinceMs, metrics, covariate } = range
  const outcomes = [
    ...metrics.flatMap(({ metric }) => (metric.kind === 'outcome' ? [metric.name] : [])),
    ...named(covariate),
  ]
  const tallies = variants.map(() => new VariantTally(range))
  const split = new Split()
  let after: Parameters<typeof requestPage>[1]['after'] = { atMs: Math.min(sinceMs, splitSinceMs), requestId: '' }
  for (;;) {
    const page: readonly RecordedRequest[] = await requestPage(tables, { endpoint, after })
    const values = await outcomesOf(tables, endpoint, {
      requestIds: page.map(({ requestId }) => requestId),
      metrics: outcomes,
    })
    for (const request of page) {
      if (request.atMs >= splitSinceMs && !request.isPinned) split.add(request)
      const place = variants.findIndex(
        ({ deployment, revision }) => deployment === request.deployment && revision === request.revision,
      )
      if (place >= 0 && request.atMs >= sinceMs) tallies[place]!.add(request, values.get(request.requestId))
    }
    const last = page.at(-1)
    if (last === undefined) break
    after = { atMs: last.atMs, requestId: last.requestId }
    await nextTurn()
  }
  return { variants: tallies.map((tally) => tally.sums()), split: split.counts() }
}

function named(covariate: string | undefined): readonly string[] {
  return covariate === undefined ? [] : [covariate]
}

/** What a unit has had so far. */
interface UnitTally {
  sum: number
  count: number
  /** Of requests that have the covariate too. */
  pairedSum: number
  covariateSum: number
  pairedCount: number
}

class VariantTally {
  readonly #range: GatherRange
  readonly #units = new Map<string, Map<string, UnitTally>>()
  readonly #metrics = new Map<string, Mutable<RatioSums>>()
  readonly #withCovariate = new Map<string, Mutable<CovariateSums>>()
  readonly #latencies = new Map<number, number>()

  constructor(range: GatherRange) {
    this.#range = range
  }

  add(request: RecordedRequest, outcomes: ReadonlyMap<string, number> | undefined): void {
    const { isOk, latencyMs, unit } = request
    if (isOk) {
      const bucket = bucketOf(latencyMs)
      this.#latencies.set(bucket, (this.#latencies.get(bucket) ?? 0) + 1)
    }
    const { covariate, metrics } = this.#range
    const x = covariate === undefined ? undefined : outcomes?.get(covariate)
    for (const { name, metric } of metrics) {
      const y =
        metric.kind === 'latency'
          ? isOk
            ? latencyMs
            : undefined
          : metric.kind === 'error'
            ? Number(!isOk)
            : outcomes?.get(metric.name)
      if (y === undefined) continue
      const one = {
        sum: y,
        count: 1,
        pairedSum: x === undefined ? 0 : y,
        covariateSum: x ?? 0,
        pairedCount: Number(x !== undefined),
      }
      if (unit === undefined) this.#fold(name, one)
      else this.#addToUnit(name, unit, one)
    }
  }

  sums(): VariantSums {
    for (const [name, units] of this.#units) for (const unit of units.values()) this.#fold(name, unit)
    this.#units.clear()
    return { metrics: this.#metrics, withCovariate: this.#withCovariate, latencies: this.#latencies }
  }

  #addToUnit(name: string, unit: string, one: UnitTally): void {
    let units = this.#units.get(name)
    if (units === undefined) this.#units.set(name, (units = new Map<string, UnitTally>()))
    const known = units.get(unit)
    if (known === undefined) {
      units.set(unit, one)
      return
    }
    known.sum += one.sum
    known.count += one.count
    known.pairedSum += one.pairedSum
    known.covariateSum += one.covariateSum
    known.pairedCount += one.pairedCount
  }

  #fold(name: string, { sum, count, pairedSum, covariateSum, pairedCount }: UnitTally): void {
    const ratio = this.#metrics.get(name) ?? noRatio()
    this.#metrics.set(name, ratio)
    ratio.count++
    ratio.numerator += sum
    ratio.denominator += count
    ratio.numeratorSquares += sum * sum
    ratio.denominatorSquares += count * count
    ratio.products += sum * count
    if (pairedCount === 0) return
    const paired = this.#withCovariate.get(name) ?? noCovariate()
    this.#withCovariate.set(name, paired)
    const [y, x] = [pairedSum / pairedCount, covariateSum / pairedCount]
    paired.count++
    paired.sum += y
    paired.sumOfSquares += y * y
    paired.covariateSum += x
    paired.covariateSquares += x * x
    paired.products += x * y
  }
}

class Split {
  readonly #units = new Map<string, Set<string>>()
  readonly #requests = new Map<string, number>()

  add({ deployment, unit }: RecordedRequest): void {
    if (unit === undefined) {
      this.#requests.set(deployment, (this.#requests.get(deployment) ?? 0) + 1)
      return
    }
    const units = this.#units.get(deployment) ?? new Set<string>()
    this.#units.set(deployment, units.add(unit))
  }

  counts(): ReadonlyMap<string, number> {
    const names = [...this.#units.keys(), ...this.#requests.keys()]
    return new Map(names.map((name) => [name, (this.#units.get(name)?.size ?? 0) + (this.#requests.get(name) ?? 0)]))
  }
}

type Mutable<Sums> = { -readonly [Key in keyof Sums]: Sums[Key] }

function noRatio(): Mutable<RatioSums> {
  return { count: 0, numerator: 0, denominator: 0, numeratorSquares: 0, denominatorSquares: 0, products: 0 }
}

function noCovariate(): Mutable<CovariateSums> {
  return { count: 0, sum: 0, sumOfSquares: 0, covariateSum: 0, covariateSquares: 0, products: 0 }
}
