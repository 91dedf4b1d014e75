import { serverErrorOf } from './server-error.ts'

/** More than this of a text is not shown. */
export const textLimitBytes = 1_000_000

/** The beginning of a text at an address; the rest is not waited for. Throws what the server refused. */
export async function readText(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const line = new AbortController()
  signal.addEventListener('abort', () => line.abort())
  const response = await fetch(url, { signal: line.signal, headers: { range: `bytes=0-${textLimitBytes - 1}` } })
  if (response.status === 416) return { text: '', isWhole: true }
  if (!response.ok) throw serverErrorOf(response.status, await response.json().catch(() => undefined))
  const decoder = new TextDecoder()
  let text = ''
  let read = 0
  const reader = response.body!.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) break
    read += value.length
    text += decoder.decode(value, { stream: true })
    if (read < textLimitBytes) continue
    line.abort()
    break
  }
  return { text, isWhole: read < textLimitBytes }
}
