/**
 * What others send to a trigger when something was checked in or built.
 *
 * Who sends proves that he knows the trigger's secret, in the way of his product. A request that is sent again starts
 * nothing again: where a body is signed, the body itself is the key (delivery ids are not signed, so a new one proves
 * nothing); a signature with a time in it must be of the last five minutes.
 *
 * - GitHub: `X-Hub-Signature-256: sha256=HEX`, HMAC-SHA256 of the body.
 * - GitLab: `X-Gitlab-Token` is the secret.
 * - Jenkins: `Authorization: Bearer SECRET`, or as generic; the body of its notification plugin is understood.
 * - generic: Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,BASE64`), GitHub's header, or
 *   `Authorization: Bearer SECRET`.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { SluiceError } from '../base/errors.ts'
import type { TriggerSource } from '../spec/schedules/schedule-documents.ts'
import { bodyVariables } from './matching-event.ts'

type WebhookSource = Extract<TriggerSource, { type: 'webhook' }>

export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** What a genuine request says; `ignored` says why it starts nothing. */
export type WebhookNews =
  { readonly ignored: string } | { readonly key: string; readonly variables: Readonly<Record<string, string>> }

const toleranceMs = 5 * 60_000

/** Throws `unauthenticated` unless the sender knows the secret; the same words for every reason. */
export function checkSender(
  { provider }: WebhookSource,
  { headers, body }: WebhookRequest,
  { secret, nowMs }: { readonly secret: string; readonly nowMs: number },
): 'signed' | 'bearer' {
  const hubSignature = headers['x-hub-signature-256']
  const isBearer = isSame(/^Bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1], secret)
  const isHub = isSame(hubSignature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const isStandard = provider !== 'github' && isStandardSigned(headers, body, { secret, nowMs })
  const proof = {
    github: isHub ? 'signed' : undefined,
    gitlab: isSame(headers['x-gitlab-token'], secret) ? 'bearer' : isStandard ? 'signed' : undefined,
    jenkins: isBearer ? 'bearer' : isHub || isStandard ? 'signed' : undefined,
    generic: isBearer ? 'bearer' : isHub || isStandard ? 'signed' : undefined,
  } as const
  const proven = proof[provider]
  if (proven !== undefined) return proven
  throw refusedSender()
}

/** The error for whoever does not know the secret, and for names that do not exist. */
export function refusedSender(): SluiceError {
  return new SluiceError('unauthenticated', 'The request is not signed with the secret of such a trigger.', {
    hint: 'Print the secret with: sluice trigger credentials NAME',
  })
}

/** Reads what a genuine request tells, and holds it against the filters. Throws `invalid-request` for a broken body. */
export function readWebhook(
  source: WebhookSource,
  request: WebhookRequest,
  { proof, newId }: { readonly proof: 'signed' | 'bearer'; readonly newId: () => string },
): WebhookNews {
  const body = parseBody(request)
  const push = understand(source.provider, request.headers, body)
  const { event, branch, delivery } = push
  if (event === 'ping') return { ignored: 'a ping is answered and starts nothing' }
  if (source.events.length > 0 && !source.events.some((one) => one.toLowerCase() === event.toLowerCase()))
    return { ignored: `event ${event} is none of ${source.events.join(', ')}` }
  if (source.branches.length > 0 && !source.branches.some((pattern) => matchesGlob(pattern, branch)))
    return {
      ignored:
        branch === '' ? `event ${event} names no branch` : `branch ${branch} is none of ${source.branches.join(', ')}`,
    }
  if (push.isDeletion) return { ignored: `branch ${branch} was deleted` }
  const { files } = push
  if (source.paths.length > 0 && files !== undefined) {
    const touched = files.some((file) => source.paths.some((pattern) => matchesGlob(pattern, file)))
    if (!touched) return { ignored: `none of the ${files.length} files of the push is in ${source.paths.join(', ')}` }
  }
  const digest = createHash('sha256').update(request.body).digest('hex')
  const key = proof === 'signed' ? `body:${digest}` : delivery === '' ? `call:${newId()}` : `delivery:${delivery}`
  return {
    key,
    variables: {
      'trigger.event': event,
      'trigger.branch': branch,
      'trigger.commit': push.commit,
      'trigger.repository': push.repository,
      'trigger.delivery': delivery,
      ...bodyVariables(body),
    },
  }
}

interface Push {
  readonly event: string
  readonly branch: string
  readonly commit: string
  readonly repository: string
  readonly delivery: string
  readonly isDeletion: boolean
  /** Files that the commits touched; absent where the event does not say. */
  readonly files?: readonly string[]
}

const noCommit = /^0{40,64}$/

function understand(provider: WebhookSource['provider'], headers: WebhookRequest['headers'], body: unknown): Push {
  const text = (...path: readonly string[]): string => {
    const value = path.reduce<unknown>((inner, key) => field(inner, key), body)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const branchOf = (reference: string): string => reference.replace(/^refs\/(heads|tags)\//, '')
  const first = (...texts: readonly string[]): string => texts.find((one) => one !== '') ?? ''
  const header = (name: string): string => headers[name] ?? ''
  const delivery = first(
    ...['x-github-delivery', 'x-gitlab-event-uuid', 'idempotency-key', 'webhook-id', 'x-request-id'].map(header),
  )
  const files = filesOf(body)
  const common = { delivery, ...(files !== undefined && { files }) }
  switch (provider) {
    case 'github':
      return {
        ...common,
        event: header('x-github-event'),
        branch: first(branchOf(text('ref')), text('pull_request', 'head', 'ref'), text('workflow_run', 'head_branch')),
        commit: first(text('after'), text('pull_request', 'head', 'sha'), text('workflow_run', 'head_sha')),
        repository: text('repository', 'full_name'),
        isDeletion: field(body, 'deleted') === true,
      }
    case 'gitlab':
      return {
        ...common,
        event: first(text('object_kind'), header('x-gitlab-event')),
        branch: first(
          branchOf(text('ref')),
          text('object_attributes', 'source_branch'),
          text('object_attributes', 'ref'),
        ),
        commit: first(
          text('checkout_sha'),
          text('object_attributes', 'last_commit', 'id'),
          text('object_attributes', 'sha'),
        ),
        repository: text('project', 'path_with_namespace'),
        isDeletion: noCommit.test(text('after')),
      }
    case 'jenkins':
      return {
        ...common,
        // The notification plugin tells of each phase of a build; an id of its own it has not.
        event: first(text('build', 'phase'), text('event')).toLowerCase(),
        branch: text('build', 'scm', 'branch').replace(/^origin\//, ''),
        commit: text('build', 'scm', 'commit'),
        repository: first(text('build', 'scm', 'url'), text('name')),
        delivery: first(
          delivery,
          text('build', 'full_url') && `${text('build', 'full_url')}#${text('build', 'phase')}`,
        ),
        isDeletion: false,
      }
    case 'generic':
      return {
        ...common,
        event: first(header('x-event'), text('event'), text('type')),
        branch: branchOf(first(text('branch'), text('ref'))),
        commit: first(text('commit'), text('sha'), text('after')),
        repository: first(text('repository'), text('repository', 'full_name')),
        isDeletion: false,
      }
  }
}

function filesOf(body: unknown): readonly string[] | undefined {
  const commits = field(body, 'commits')
  if (!Array.isArray(commits)) return undefined
  const lists = commits.flatMap((commit: unknown) => ['added', 'modified', 'removed'].map((key) => field(commit, key)))
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter((file) => typeof file === 'string') : []))
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

/** JSON, as such or in the field `payload` of a form, as GitHub sends it by default. */
function parseBody({ headers, body }: WebhookRequest): unknown {
  const text = Buffer.from(body).toString('utf8')
  const isForm = /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')
  const json = isForm ? (new URLSearchParams(text).get('payload') ?? '') : text
  if (json.trim() === '') return {}
  try {
    return JSON.parse(json) as unknown
  } catch (error) {
    throw new SluiceError('invalid-request', 'The body is not JSON.', { cause: error })
  }
}

function isStandardSigned(
  headers: WebhookRequest['headers'],
  body: Uint8Array,
  { secret, nowMs }: { readonly secret: string; readonly nowMs: number },
): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  )
  if (id === undefined || timestamp === undefined || signatures === undefined || !/^\d{1,12}$/.test(timestamp))
    return false
  if (Math.abs(nowMs - Number(timestamp) * 1000) > toleranceMs) return false
  // Standard Webhooks: a secret `whsec_...` is base64.
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return signatures.split(' ').some((signature) => isSame(signature, `v1,${expected}`))
}

/** Compares in a time that says nothing of where the two differ. */
function isSame(given: string | undefined, expected: string): boolean {
  if (given === undefined) return false
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one!, other!)
}

/** `*` is any text without a slash, `**` any text; nothing else means more than itself. In linear time for each `*`. */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.split(/(\*\*\/?|\*)/).filter((part) => part !== '')
  // Positions of the text that the parts so far can reach.
  let reached = new Set([0])
  for (const part of parts) {
    const next = new Set<number>()
    for (const at of reached) {
      if (!part.startsWith('*')) {
        if (text.startsWith(part, at)) next.add(at + part.length)
        continue
      }
      // `**/` may also be nothing at all: `**/a` matches `a`.
      for (let end = at; end <= text.length; end++) {
        if (part === '**/' && end > at && text[end - 1] !== '/') continue
        next.add(end)
        if (part === '*' && text[end] === '/') break
      }
    }
    reached = next
  }
  return reached.has(text.length)
}
