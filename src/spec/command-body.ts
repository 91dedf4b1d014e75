import { isMap, isSeq } from 'yaml'
import type { Reference } from './document-parts.ts'
import type { CommandBody } from './documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { readRunSettings } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { readReference, referenceText } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, required } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import { readText, readTexts, reportAt } from './yaml/values.ts'

/** What a command runs and with what, as it stands in a command job, a command component or an inline step. */
export async function readCommandBody(mapping: Mapping, scope: ReadingScope): Promise<CommandBody> {
  const run = readRunSettings(mapping)
  const code = optional(mapping, 'code', readCode)
  const notebook = optional(mapping, 'notebook', code === undefined ? readLoneNotebook : readNotebookOfCode)
  const isNotebook = given(mapping, 'notebook') !== undefined
  if (isNotebook && given(mapping, 'command') !== undefined)
    reportAt(given(mapping, 'notebook')!, 'a step runs either a notebook or a command, but here are both')
  return {
    command: isNotebook ? '' : (required(mapping, 'command', readCommand) ?? ''),
    additionalIncludes: optional(mapping, 'additional_includes', readIncludes) ?? [],
    isDeterministic: run.isDeterministic ?? true,
    environmentVariables: run.environmentVariables,
    resources: { instanceCount: 1, ...run.resources },
    ...defined({
      notebook: notebook?.path,
      code: notebook?.code ?? code,
      environment: await readEnvironmentChoice(mapping, scope),
      distribution: run.distribution,
      timeoutSeconds: run.timeoutSeconds,
      limits: run.limits,
      retry: run.retry,
      priority: run.priority,
      isolation: run.isolation,
    }),
  }
}

interface Notebook {
  readonly path: string
  /** The notebook by itself, when nothing else is its code. */
  readonly code?: Reference
}

/** A path in the folder of `code`, as `entry_script` of a parallel task. */
function readNotebookOfCode(value: Value): Notebook | undefined {
  const path = readNotebookPath(value)?.replace(/^(?:\.\/)+/, '')
  if (path === undefined) return undefined
  const isInside = !path.startsWith('/') && !path.split('/').includes('..')
  return isInside ? { path } : reportAt(value, `"notebook" ${quoted(path)} does not lie in the folder of "code"`)
}

function readLoneNotebook(value: Value): Notebook | undefined {
  const path = readNotebookPath(value)
  const code = path === undefined ? undefined : readReference(value, path)
  if (code === undefined) return undefined
  if (code.kind === 'local') return { path: code.path.slice(code.path.lastIndexOf('/') + 1), code }
  return reportAt(value, `"notebook" cannot be ${quoted(path!)}`, 'Write the path of a file: notebook: ./train.ipynb')
}

function readNotebookPath(value: Value): string | undefined {
  const text = readText(value)?.trim()
  if (text === undefined || text.endsWith('.ipynb')) return text
  return reportAt(value, `"notebook" cannot be ${quoted(text)}`, 'Write the path of a file that ends in .ipynb.')
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
  if (isSeq(value.node) && value.node.items.some((item) => isMap(item) && item.has('feed'))) {
    const message = '"additional_includes" names an artifact of Azure DevOps, which this version does not fetch'
    return reportAt(value, message, 'Download it beside the file, and include its folder.')
  }
  return readTexts(value)
    ?.map((text) => readReference(value, text))
    .filter((reference) => reference !== undefined)
    .map(referenceText)
}
