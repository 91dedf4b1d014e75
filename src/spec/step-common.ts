import type { StepCommon } from './documents.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, optional } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import type { Reader, Value } from './yaml/values.ts'
import { readOneOf, readText, readTexts, reportAt } from './yaml/values.ts'

const readRunIf = readOneOf(['always', 'failed', 'succeeded'])

/** What every step of a pipeline may carry. */
export function readStepCommon(mapping: Mapping): StepCommon {
  return {
    dependsOn: optional(mapping, 'depends_on', readStepNames) ?? [],
    runIf: optional(mapping, 'run_if', readRunIf) ?? 'succeeded',
    ...defined({ displayName: optional(mapping, 'display_name', readText) }),
  }
}

/** Step names as they are, or as Azure binds steps: `${{parent.jobs.x}}`. */
function readStepNames(value: Value): readonly string[] | undefined {
  return readTexts(value)?.map((text) => boundStep(text) ?? text)
}

function boundStep(text: string): string | undefined {
  return /^\s*\$\{\{\s*parent\.jobs\.([^\s{}.]+)\s*\}\}\s*$/.exec(text)?.[1]
}

/** One step as Azure binds it, `${{parent.jobs.x}}`; anything else is reported. */
export const readBoundStep: Reader<string> = (value) => {
  const text = readText(value)
  if (text === undefined) return undefined
  const near = /^[a-z_][a-z\d_]*$/.test(text) ? text : 'STEP'
  const hint = `Write \${{parent.jobs.${near}}}.`
  return boundStep(text) ?? reportAt(value, `${value.title} cannot be ${quoted(text)}`, hint)
}
