import { type ComparedColumn, diffTables } from '../../data/table-diff.ts'
import type { SignalSpec } from '../../spec/monitors/monitor-document.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import { judgePair } from './judge-pair.ts'
import { chooseFeatures, type SignalParts, type SignalWork } from './signal-tables.ts'

/** By how much a rate may lie above the reference's, where nobody says which rate may be reached. */
const usualIncrease = { null_value_rate: 0.05, data_type_error_rate: 0.01, out_of_bounds_rate: 0.05 } as const

/** Missing values, values of another type, and values that the reference has not. */
export async function qualitySignal(parts: SignalParts, work: SignalWork): Promise<SignalResult> {
  const { signal } = work
  return judgePair(parts, work, {
    fewest: 1,
    judge: async ({ session, pair, windows }) => {
      const features = await chooseFeatures(session, pair, { windows, signal })
      // Bounds decide most columns, and the verdict on drift is not wanted here.
      const diff = await diffTables(
        session,
        { reference: pair.reference, current: pair.production },
        { columns: features, mode: 'bounded' },
      )
      return diff.columns.flatMap((column) => verdictsOf(column, signal))
    },
  })
}

function verdictsOf(column: ComparedColumn, { thresholds }: SignalSpec): readonly NewVerdict[] {
  const of = column.kind === 'number' ? 'numerical' : 'categorical'
  const said = thresholds.filter((one) => one.of === of)
  const rates = {
    null_value_rate: [column.nullRate.reference, column.nullRate.current],
    data_type_error_rate: [0, column.dataTypeErrorRate],
    out_of_bounds_rate: [0, column.outOfBoundsRate],
  } as const
  return (Object.keys(rates) as (keyof typeof rates)[]).flatMap((metric) => {
    const [before, now] = rates[metric]
    const wanted = said.find((one) => one.metric === metric)
    if (now === undefined || (thresholds.length > 0 && wanted === undefined)) return []
    const threshold = wanted?.threshold ?? Math.min(1, before + usualIncrease[metric])
    return {
      feature: column.name,
      metric,
      effect: now,
      threshold,
      isBreach: now >= threshold && now > 0,
      detail: {
        breachesWhen: 'reaches' as const,
        kind: column.kind === 'number' ? ('number' as const) : ('category' as const),
        rows: { reference: column.sampleSizes.reference, production: column.sampleSizes.current },
        moved: { of: 'rate', from: before, to: now },
        ...(metric === 'out_of_bounds_rate' &&
          (column.newCategories?.examples.length ?? 0) > 0 && {
            newCategories: column.newCategories!.examples.slice(0, 20),
          }),
      },
    }
  })
}
