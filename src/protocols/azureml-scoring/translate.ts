import { parsePythonJson } from '../../base/python-json.ts'
import { longestId, type RequestIds } from './messages.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** What is said of ids that are too long, and the id of the request all the same where that is not it. */
interface TooLongId {
  readonly tooLong: string
  readonly requestId?: string
}

/** The ids to answer with, or what is said of one that is too long, in the words of Azure ML's server. */
export function requestIds(headers: Headers, newId: () => string): RequestIds | TooLongId {
  const given = (name: string): string | undefined => first(headers[name]) || undefined
  const isTooLong = (name: string): boolean => (given(name)?.length ?? 0) > longestId
  if (isTooLong('x-request-id')) return { tooLong: `x-request-id must not exceed ${longestId} characters` }
  const requestId = given('x-request-id') ?? newId()
  if (['x-ms-request-id', 'x-ms-client-request-id'].some(isTooLong))
    return {
      tooLong: `x-ms-request-id and x-ms-client-request-id must not exceed ${longestId} characters`,
      requestId,
    }
  const older = given('x-ms-request-id')
  const clientRequestId = given('x-ms-client-request-id') ?? older
  return {
    requestId,
    msRequestId: older ?? clientRequestId ?? requestId,
    ...(clientRequestId !== undefined && { clientRequestId }),
  }
}

/** Media type in lower case without parameters; undefined for a charset other than UTF-8. */
export function mediaType(contentType: string | undefined): string | undefined {
  // What nearly every request says.
  if (contentType === 'application/json') return contentType
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  const isUtf8 = charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset.replaceAll('"', ''))
  return isUtf8 ? type : undefined
}

/**
 * A GET request's parameters as the JSON body they stand for: each value read as JSON where it is JSON and as text
 * where not, a repeated parameter as an array (`?a=1&b=[1,2]&c=x&d=1&d=2`).
 */
export function queryBody(url: string): string {
  const parameters = new URLSearchParams(url.split('?', 2)[1] ?? '')
  const members = [...new Set(parameters.keys())].map((name) => {
    const values = parameters.getAll(name).map(parameterJson)
    return `${JSON.stringify(name)}:${values.length === 1 ? values[0]! : `[${values.join(',')}]`}`
  })
  return `{${members.join(',')}}`
}

/** JSON stays as it was written: 1.0 is no integer to Python, and a number of 17 digits is not rounded. */
function parameterJson(text: string): string {
  try {
    parsePythonJson(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}
