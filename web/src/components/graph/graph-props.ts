/** A step or an asset. */
export interface GraphNode {
  readonly id: string
  readonly label: string
  /** A job's or run's status. */
  readonly status?: string
  readonly isReused?: boolean
  /** A line under the name: a duration, a version, `×200`. */
  readonly detail?: string
  /** What kind of thing it is, for lineage: `data`, `model`. */
  readonly kind?: string
}

/** What flows from one to the other. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly label?: string
}

/** What a `Graph` shows. */
export interface GraphProps {
  readonly label: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** From top to bottom, or from left to right. */
  readonly direction?: 'down' | 'right'
  readonly selected?: string
  readonly onSelect?: (id: string) => void
  /** Pixels; 460 when absent. */
  readonly height?: number
}
