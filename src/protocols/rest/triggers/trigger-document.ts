import type { FastifyRequest } from 'fastify'
import { stringify } from 'yaml'
import { SluiceError } from '../../../base/errors.ts'
import type { DocumentWish, FiringDocument, JobTrigger, TriggerFamily } from '../../../triggers/job-trigger.ts'
import { fileDocumentOf, textDocumentOf } from '../asset-document.ts'
import { isLocalCaller } from '../local-caller.ts'
import type { TriggerDocumentMessage, TriggerMessage, TriggerRequest } from './trigger-messages.ts'

type DocumentFamily = Exclude<TriggerFamily, 'monitor'>

/**
 * What a request says of a schedule or trigger: a file or fields, for the user of the server's machine alone, or a text,
 * for everybody who may manage them. `before` is what it changes: paths of a text are seen from its file.
 */
export async function readTriggerDocument(
  request: FastifyRequest,
  {
    localToken,
    family,
    before,
  }: { readonly localToken: string; readonly family: DocumentFamily; readonly before?: JobTrigger },
): Promise<Omit<DocumentWish, 'by'> & { readonly document: FiringDocument }> {
  const kinds = [family]
  const { text, ...others } = request.body as TriggerRequest
  if (text === undefined) return fileDocumentOf(request, { localToken, family, kinds })
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new SluiceError('invalid-request', `"text" and "${other}" do not go together.`, {
      hint: 'Give the text alone, or a file or document without a text.',
    })
  const file = before?.definition.written?.file
  const document = await textDocumentOf({ file: file ?? `/${family}.yml`, text }, { family, kinds })
  const written = { text, ...(file !== undefined && { file }) }
  return { document, written, isRemote: !isLocalCaller(request, localToken) }
}

/** Its YAML as it was written; made from what is known of it where nobody wrote one. */
export function toTriggerDocument({ definition }: JobTrigger, shown: TriggerMessage): TriggerDocumentMessage {
  const { written } = definition
  if (written !== undefined) return { ...written, is_made: false }
  const { name, display_name, description, tags, trigger, create_job: job, policy } = shown
  return {
    is_made: true,
    text: stringify({
      name,
      ...(display_name !== undefined && { display_name }),
      ...(description !== undefined && { description }),
      ...(Object.keys(tags).length > 0 && { tags }),
      trigger: withoutEmpty(trigger),
      create_job: withNestedChanges(job),
      policy,
    }),
  }
}

/** Lists without anything mean what leaving them out means, and a debounce of nothing is none. */
function withoutEmpty(record: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(record).filter(
      ([key, value]) => !(Array.isArray(value) && value.length === 0) && !(key === 'debounce' && value === 0),
    ),
  )
}

/** `settings.force_rerun` as the YAML has it: a mapping in a mapping. */
function withNestedChanges({ changes, ...job }: Readonly<Record<string, unknown>>): object {
  const nested: Record<string, unknown> = {}
  for (const [path, value] of Object.entries((changes ?? {}) as Readonly<Record<string, string>>)) {
    const keys = path.split('.')
    let place = nested
    for (const key of keys.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>
    place[keys.at(-1)!] = value
  }
  return { ...job, ...nested }
}
