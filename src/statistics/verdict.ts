import { anytimePValue, confidenceSequence, defaultAlpha, type Interval } from './confidence-sequence.ts'
import type { Estimate } from './estimate.ts'
import { adjustedPValues } from './false-discovery.ts'

/**
 * What is said of a candidate beside a baseline. *better* and *worse*: by more than the margin, surely. *equivalent*:
 * surely by less than the margin either way. Else *undecided*: more observations may tell.
 */
export type Verdict = 'better' | 'worse' | 'equivalent' | 'undecided'

/** One metric of two variants. */
export interface Contrast {
  /** Candidate less baseline. */
  readonly difference: Estimate
  /** The smallest difference that would matter, in the metric's unit; 0 or more. */
  readonly margin: number
  readonly better: 'higher' | 'lower'
  /** Observations of the variant that has fewer. */
  readonly fewest: number
}

export interface Decision {
  readonly verdict: Verdict
  /** Of the difference, candidate less baseline. */
  readonly interval: Interval
  /** Of "it differs by more than the margin", adjusted for the number of metrics; valid at every look. */
  readonly pValue: number
}

/** Below so many observations a mean's distribution is too far from a normal one for any verdict. */
const leastObservations = 30

/**
 * A verdict for every metric. Over several metrics the false discovery rate is held (Benjamini-Hochberg): of all
 * differences that are reported a share `alpha` may be chance.
 */
export function decide(contrasts: readonly Contrast[], alpha = defaultAlpha): readonly Decision[] {
  const alone = contrasts.map((contrast) => decideAlone(contrast, alpha))
  const adjusted = adjustedPValues(alone.map(({ pValue }) => pValue))
  return alone.map((decision, index) => {
    const pValue = adjusted[index]!
    const isDifference = decision.verdict === 'better' || decision.verdict === 'worse'
    return { ...decision, pValue, verdict: isDifference && pValue > alpha ? 'undecided' : decision.verdict }
  })
}

function decideAlone({ difference, margin, better, fewest }: Contrast, alpha: number): Decision {
  const interval = confidenceSequence(difference, alpha)
  const upwards = anytimePValue(difference, margin, alpha)
  const downwards = anytimePValue({ ...difference, value: -difference.value }, margin, alpha)
  const verdict = verdictOf(interval, margin, better)
  const isEnough = fewest >= leastObservations && Number.isFinite(difference.standardError)
  return { interval, pValue: Math.min(upwards, downwards), verdict: isEnough ? verdict : 'undecided' }
}

function verdictOf({ low, high }: Interval, margin: number, better: Contrast['better']): Verdict {
  if (low > margin) return better === 'higher' ? 'better' : 'worse'
  if (high < -margin) return better === 'higher' ? 'worse' : 'better'
  return low > -margin && high < margin ? 'equivalent' : 'undecided'
}
