import type { CommandBody, Reference } from './documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { readRunSettings } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { readReference, referenceText } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, optional, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { readText, readTexts, reportAt } from './yaml/values.ts'

/** What a command runs and with what, as it stands in a command job, a command component or an inline step. */
export async function readCommandBody(mapping: Mapping, scope: ReadingScope): Promise<CommandBody> {
  const run = readRunSettings(mapping)
  return {
    command: required(mapping, 'command', readCommand) ?? '',
    additionalIncludes: optional(mapping, 'additional_includes', readIncludes) ?? [],
    isDeterministic: run.isDeterministic ?? true,
    environmentVariables: run.environmentVariables,
    resources: { instanceCount: 1, ...run.resources },
    ...defined({
      code: optional(mapping, 'code', readCode),
      environment: await readEnvironmentChoice(mapping, scope),
      distribution: run.distribution,
      timeoutSeconds: run.timeoutSeconds,
      retry: run.retry,
      priority: run.priority,
    }),
  }
}

function readCommand(value: Value): string | undefined {
  const text = readText(value)
  return text?.trim() === '' ? reportAt(value, '"command" is empty', 'Write what to run.') : text
}

/** `code:` of whatever runs: a folder, a file or a URI. */
export function readCode(value: Value): Reference | undefined {
  const text = readText(value)
  return text === undefined ? undefined : readReference(value, text)
}

/** `additional_includes:`, as paths. */
export function readIncludes(value: Value): readonly string[] | undefined {
  return readTexts(value)
    ?.map((text) => readReference(value, text))
    .filter((reference) => reference !== undefined)
    .map(referenceText)
}
