import type { IncomingMessage } from 'node:http'
import { SluiceError } from '../base/errors.ts'

/**
 * The bytes of a request's body. Throws `body-too-large` as soon as the limit is passed (at once when the length was
 * announced), and `timed-out` when the body is not complete in time: a slow sender holds a socket, never a buffer.
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<Buffer> {
  const tooLarge = (): SluiceError =>
    new SluiceError('body-too-large', `The request body is larger than the ${maxBytes} bytes allowed here.`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge())
  const announced = Number(request.headers['content-length'])
  if (request.complete || (announced > 0 && request.readableLength === announced)) {
    // It came with its headers, as small bodies do: no listener and no timer has to wait for it.
    const whole = (request.read() as Buffer | null) ?? Buffer.alloc(0)
    // The end of the request is still to be read.
    request.resume()
    return whole.length > maxBytes ? Promise.reject(tooLarge()) : Promise.resolve(whole)
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let received = 0
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose)
      finish()
    }
    const fail = (error: SluiceError): void =>
      settle(() => {
        request.pause()
        reject(error)
      })
    const onData = (chunk: Buffer): void => {
      received += chunk.length
      if (received > maxBytes) fail(tooLarge())
      else chunks.push(chunk)
    }
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, received)))
    const onError = (cause: Error): void =>
      fail(new SluiceError('invalid-request', `The request body broke off: ${cause.message}`, { cause }))
    const onClose = (): void => fail(new SluiceError('invalid-request', 'The request body broke off.'))
    const timer = setTimeout(
      () => fail(new SluiceError('timed-out', `The request body was not complete after ${timeoutMs / 1000} s.`)),
      timeoutMs,
    )
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
  })
}
