export const traceTabs = ['spans', 'assessments', 'about'] as const
type TraceTab = (typeof traceTabs)[number]

/** What of a trace is shown, as the address says it. */
export interface TraceSearch {
  readonly tab?: TraceTab
  /** Its id; the root when absent. */
  readonly span?: string
}

/** For `validateSearch`; what does not fit is left out. */
export function traceSearch({ tab, span }: Readonly<Record<string, unknown>>): TraceSearch {
  const known = traceTabs.find((each) => each === tab)
  return {
    ...(known !== undefined && { tab: known }),
    // An address turns an id of digits alone into a number.
    ...((typeof span === 'string' || typeof span === 'number') && { span: String(span) }),
  }
}
