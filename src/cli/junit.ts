import type { DataTestResult } from '../main/local-tables.ts'

/** Results as JUnit's XML, which build servers read: warnings pass and say so in their output. */
export function junitText(suite: string, results: readonly DataTestResult[]): string {
  const count = (...words: readonly DataTestResult['status'][]): number =>
    results.filter(({ status }) => words.includes(status)).length
  const cases = results.map((result) => {
    const inside = insideOf(result)
    const opening = `  <testcase classname="${escaped(result.table)}" name="${escaped(result.name)}"`
    return inside === '' ? `${opening}/>` : `${opening}>\n    ${inside}\n  </testcase>`
  })
  const sums = `tests="${results.length}" failures="${count('failed')}" errors="${count('error')}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${escaped(suite)}" ${sums}>\n${cases.join('\n')}\n</testsuite>\n`
}

function insideOf({ status, message }: DataTestResult): string {
  switch (status) {
    case 'passed':
      return ''
    case 'warned':
      return `<system-out>warning: ${escaped(message)}</system-out>`
    case 'failed':
      return `<failure message="${escaped(message)}"/>`
    case 'error':
      return `<error message="${escaped(message)}"/>`
  }
}

function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  // Control characters cannot stand in XML at all.
  return text.replaceAll(/[&<>"]/g, (mark) => marks[mark]!).replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '?')
}
