export const promptTabs = ['versions', 'compare', 'usage'] as const
type PromptTab = (typeof promptTabs)[number]

/** What of a prompt is shown, as the address says it. */
export interface PromptSearch {
  readonly tab?: PromptTab
  /** The newest when absent. */
  readonly version?: string
  /** The version it is compared with; the one before when absent. */
  readonly against?: string
}

/** For `validateSearch`; what does not fit is left out. */
export function promptSearch({ tab, version, against }: Readonly<Record<string, unknown>>): PromptSearch {
  const known = promptTabs.find((each) => each === tab)
  return {
    ...(known !== undefined && { tab: known }),
    // An address turns `1` into a number.
    ...(isWord(version) && { version: String(version) }),
    ...(isWord(against) && { against: String(against) }),
  }
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
