/** Where something is from: itself, what is known of it, and what it was made of. */
export interface LineageNode {
  readonly kind:
    'prediction' | 'deployment' | 'model' | 'job' | 'run' | 'code' | 'environment' | 'data' | 'source' | 'unknown'
  /** What it is known by: a job's name, `azureml:diabetes:7`, a digest, a path. */
  readonly name: string
  /** What it is to the node above: `input training_data`, `output model`. */
  readonly role?: string
  /** Further facts by name; texts for people. */
  readonly details: Readonly<Record<string, string>>
  readonly from: readonly LineageNode[]
}

/** Facts without those that are not known. */
export function knownDetails(
  details: Readonly<Record<string, string | number | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  )
}

/** A time as texts have it: RFC 3339, UTC. */
export function timeText(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString()
}
