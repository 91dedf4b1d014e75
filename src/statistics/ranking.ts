/**
 * Normalised discounted cumulative gain of a ranking of features against the relevance they had: 1 when the order is the
 * same. As scikit-learn's `ndcg_score`: features that rank alike share their places. A feature that one side lacks counts
 * as 0 there. Relevance is taken without its sign. NaN when nothing is relevant.
 */
export function normalizedDiscountedCumulativeGain(
  reference: Readonly<Record<string, number>>,
  current: Readonly<Record<string, number>>,
): number {
  const names = [...new Set([...Object.keys(reference), ...Object.keys(current)])]
  const relevance = names.map((name) => Math.abs(reference[name] ?? 0))
  const score = names.map((name) => Math.abs(current[name] ?? 0))
  return gainOf(relevance, score) / gainOf(relevance, relevance)
}

function gainOf(relevance: readonly number[], score: readonly number[]): number {
  const order = score.map((_, at) => at).sort((a, b) => score[b]! - score[a]!)
  let gain = 0
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && score[order[end]!] === score[order[start]!]) end++
    const tied = order.slice(start, end)
    const mean = tied.reduce((sum, at) => sum + relevance[at]!, 0) / tied.length
    for (let place = start; place < end; place++) gain += mean / Math.log2(place + 2)
    start = end
  }
  return gain
}
