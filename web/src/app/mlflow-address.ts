/**
 * Our address for one that the `mlflow` client prints (`http://SERVER/#/experiments/1/runs/abc`) or that somebody kept
 * from MLflow's pages; undefined for any other fragment.
 */
export function addressOfMlflowFragment(fragment: string): string | undefined {
  const [, experiments, experiment, runs, run] =
    /^#\/(experiments)\/([^/?]+)(?:\/(runs|traces|models|evaluation-runs)(?:\/([^/?]+))?)?/.exec(fragment) ?? []
  if (experiments !== undefined) {
    if (runs === 'runs' && run !== undefined) return `/runs/${run}`
    return `/experiments/${experiment}`
  }
  const [, model] = /^#\/models\/([^/?]+)/.exec(fragment) ?? []
  if (model !== undefined) return `/models/${model}`
  if (/^#\/models\/?$/.test(fragment)) return '/models'
  return /^#\/experiments\/?$/.test(fragment) ? '/experiments' : undefined
}
