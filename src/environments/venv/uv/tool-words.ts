import type { ChildEnd } from './run-child.ts'

/** Enough to see the reason; the log has every line. */
const mostLines = 20

/** What uv or pip said of a failure, for a message: its last lines without warnings and passwords in URLs. */
export function wordsOf(end: Pick<ChildEnd, 'errors' | 'output'>): string {
  const said = end.errors.trim() === '' ? end.output : end.errors
  const lines = withoutSecrets(said)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '' && !/^(warning|WARNING|DEPRECATION|\[notice\])/.test(line))
  const kept = lines.slice(-mostLines).join('\n').slice(-4000)
  return kept.replace(/^error: |^ERROR: /, '') || 'it said nothing'
}

/** The text with the user and password of every URL masked. */
export function withoutSecrets(text: string): string {
  return text.replace(/(\w:\/\/)[^/@\s]+@/g, '$1***@')
}

/** True when the failure is of the network and not of the requirements. */
export function isNetworkFailure(end: Pick<ChildEnd, 'errors'>): boolean {
  return /Failed to fetch|error sending request|dns error|Connection refused|timed out|network was disabled|Request failed after|Could not connect/i.test(
    end.errors,
  )
}

/** What to do about a failed resolution or installation, judged by the tool's words. */
export function hintFor(end: Pick<ChildEnd, 'errors'>): string {
  if (/certificate|UnknownIssuer/i.test(end.errors)) {
    return 'Set SSL_CERT_FILE to your certificates, or UV_SYSTEM_CERTS=1 to use those of the system.'
  }
  if (isNetworkFailure(end)) {
    return "Check the network and the package index (UV_DEFAULT_INDEX or pip's index-url), and try again."
  }
  if (/disk|No space left/i.test(end.errors)) return 'Free some disk space and try again.'
  if (/was not found in the package registry/.test(end.errors)) {
    return 'Check how the package is spelt on PyPI; packages of a private index need UV_INDEX or UV_DEFAULT_INDEX on the server.'
  }
  return 'Change the versions in the environment so that they can be installed together on this Python.'
}
