import { SluiceError } from '../base/errors.ts'
import type { Options } from './command.ts'

/** `?limit=...&page_token=...` and further parameters from options; empty without any. Throws `invalid-request`. */
export function pageQuery(options: Options, further: Readonly<Record<string, string | undefined>> = {}): string {
  const limit = options.text('limit')
  if (limit !== undefined && !(/^\d{1,4}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= 1000))
    throw new SluiceError(
      'invalid-request',
      `--limit is ${JSON.stringify(limit)}; expected a whole number from 1 to 1000.`,
    )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...further, limit, page_token: options.text('page-token') }))
    if (value !== undefined) query.set(name, value)
  return query.size === 0 ? '' : `?${query}`
}
