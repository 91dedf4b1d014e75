import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { SluiceError } from '../base/errors.ts'

const decoders = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
])

/**
 * A body as it was before its client compressed it (tritonclient's `request_compression_algorithm`). Throws
 * `unsupported-media-type` for other encodings, `invalid-request` for what cannot be decompressed, `body-too-large` for more
 * than `maxBytes`.
 */
export async function decompressed(
  body: Buffer,
  { encoding, maxBytes }: { readonly encoding: string; readonly maxBytes: number },
): Promise<Buffer> {
  const name = encoding.trim().toLowerCase()
  if (name === 'identity' || name === '') return body
  const decode = decoders.get(name)
  if (decode === undefined)
    throw new SluiceError('unsupported-media-type', `The body is compressed ("${encoding}"), which is not read here.`, {
      hint: 'Compress it by gzip or deflate, or not at all.',
    })
  try {
    return await decode(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new SluiceError('body-too-large', `The body has more than ${maxBytes} bytes when it is decompressed.`)
    throw new SluiceError('invalid-request', `The body is no ${name}: ${(error as Error).message}.`, { cause: error })
  }
}
