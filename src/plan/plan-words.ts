import { assertNever } from '../base/errors.ts'
import type { JobName, StepPath } from '../base/ids.ts'
import { changeText, type FieldChange } from './reuse-key.ts'

/**
 * What becomes of a step and why (design.md 11.10). `unchanged`: same key as in this pipeline's last job. `restored`:
 * same key as in an older job. `depends`: decided when the outputs of `steps` are known. `condition`: an if_else that
 * decides when `step`'s output is known. `skip`: stands in a branch that is not taken.
 */
export type StepVerdict =
  | { readonly kind: 'unchanged'; readonly from: JobName }
  | { readonly kind: 'restored'; readonly from: JobName }
  /** The result of an earlier job as it is, whatever changed since (`--only`, `retry --failed`). */
  | { readonly kind: 'taken'; readonly from: JobName }
  | { readonly kind: 'run'; readonly reason: RunReason }
  | { readonly kind: 'depends'; readonly steps: readonly StepPath[] }
  | { readonly kind: 'condition'; readonly decided: boolean }
  | { readonly kind: 'condition'; readonly step: StepPath; readonly output: string }
  | { readonly kind: 'skip'; readonly condition: StepPath }
  /** A control step: its rounds are decided while it runs. */
  | { readonly kind: 'rounds'; readonly most?: number; readonly count?: number; readonly trials?: number }

/** Why a step runs although reuse exists. */
export type RunReason =
  | { readonly kind: 'changed'; readonly since: JobName; readonly changes: readonly FieldChange[] }
  | { readonly kind: 'no-earlier-job' }
  | { readonly kind: 'never-succeeded'; readonly earlier: JobName }
  | { readonly kind: 'not-deterministic' }
  | { readonly kind: 'force-rerun' }
  /** The option that asked for it, e.g. `--from train`. */
  | { readonly kind: 'asked'; readonly by: string }
  | { readonly kind: 'outputs-missing'; readonly from: JobName }

/** A verdict as `sluice plan` says it (the future) or as the job page does (what happened: the job's word is reused). */
export function verdictText(verdict: StepVerdict, tense: 'plan' | 'job'): string {
  switch (verdict.kind) {
    case 'unchanged':
      return tense === 'plan' ? 'unchanged' : `reused from ${verdict.from}, unchanged`
    case 'restored':
      return tense === 'plan' ? `restored from ${verdict.from}` : `reused from ${verdict.from}, restored`
    case 'taken':
      return tense === 'plan' ? `taken from ${verdict.from} as it is` : `reused from ${verdict.from}, taken as it is`
    case 'run':
      return `${tense === 'plan' ? 'will run' : 'ran'} ${reasonText(verdict.reason)}`
    case 'depends':
      return `depends on the output of ${list(verdict.steps)}`
    case 'condition':
      if ('decided' in verdict) return `takes the ${verdict.decided ? 'true' : 'false'} block`
      return `depends on the output of ${verdict.step} (${verdict.output})`
    case 'skip':
      return `${tense === 'plan' ? 'will be skipped' : 'skipped'}: ${verdict.condition} takes the other block`
    case 'rounds':
      return roundsText(verdict)
    default:
      return assertNever(verdict)
  }
}

function roundsText({ count, most, trials }: Extract<StepVerdict, { kind: 'rounds' }>): string {
  const times = (number: number): string => (number === 1 ? 'once' : `${number} times`)
  if (trials !== undefined) return `tries ${trials} ${trials === 1 ? 'trial' : 'trials'}`
  if (count !== undefined) return `runs its body ${times(count)}`
  return most === undefined ? 'runs its body for each item' : `runs its body at most ${times(most)}`
}

function reasonText(reason: RunReason): string {
  switch (reason.kind) {
    case 'changed':
      return `because ${reason.changes.map(changeText).join('; ')}`
    case 'no-earlier-job':
      return 'because no earlier job ran this step'
    case 'never-succeeded':
      return `because it never succeeded (last tried in ${reason.earlier})`
    case 'not-deterministic':
      return 'because is_deterministic is false'
    case 'force-rerun':
      return 'because force_rerun is set'
    case 'asked':
      return `because ${reason.by} asks for it`
    case 'outputs-missing':
      return `because the outputs of ${reason.from} are missing or damaged`
    default:
      return assertNever(reason)
  }
}

function list(names: readonly string[]): string {
  const last = names.at(-1)
  return names.length < 2 ? String(last) : `${names.slice(0, -1).join(', ')} and ${last}`
}
