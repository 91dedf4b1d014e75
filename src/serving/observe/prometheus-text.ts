/**
 * The text format that Prometheus reads, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): one family
 * of samples after another, each with its help and its type.
 */
export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samples: readonly Sample[]
}

export type Labels = Readonly<Record<string, string>>

export type Sample =
  { readonly labels: Labels; readonly value: number } | { readonly labels: Labels; readonly histogram: Histogram }

/** Counts by upper bound, cheap to add to: an observation is a short search and three additions. */
export class Histogram {
  readonly bounds: readonly number[]
  /** Of each bound alone, and last of what is above all of them. */
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  observe(value: number): void {
    let at = 0
    while (at < this.bounds.length && value > this.bounds[at]!) at++
    this.counts[at]!++
    this.sum += value
  }
}

/** The whole page; families without samples are left out. */
export function prometheusText(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.flatMap((sample) => linesOf(name, sample))
      return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
    })
    .join('')
}

function linesOf(name: string, sample: Sample): readonly string[] {
  if ('value' in sample) return [`${name}${labelText(sample.labels)} ${numberText(sample.value)}`]
  const { bounds, counts, sum } = sample.histogram
  let total = 0
  const buckets = counts.map((count, at) => {
    total += count
    const le = at < bounds.length ? numberText(bounds[at]!) : '+Inf'
    return `${name}_bucket${labelText({ ...sample.labels, le })} ${total}`
  })
  const labels = labelText(sample.labels)
  return [...buckets, `${name}_sum${labels} ${numberText(sum)}`, `${name}_count${labels} ${total}`]
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return entries.length === 0 ? '' : `{${entries.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
