import { type Diagnostic, SluiceError, messageOf } from '../../base/errors.ts'
import { renderDiagnostic } from '../../spec/diagnostics.ts'
import type { Paint } from './terminal.ts'
import { printable } from './terminal.ts'

/** Warnings for people, each with its place; empty without any. */
export function warningText(
  warnings: readonly Diagnostic[] | undefined,
  { paint, folder }: { readonly paint: Paint; readonly folder: string },
): string {
  const label = paint('yellow', 'warning:')
  return (warnings ?? []).map((warning) => `${label} ${printable(renderDiagnostic(warning, folder))}\n`).join('')
}

/**
 * An error for people: what was wrong, where, and what to do; all mistakes of a document. Paths inside `folder` are
 * shown relative to it.
 */
export function errorText(
  thrown: unknown,
  { paint, folder }: { readonly paint: Paint; readonly folder: string },
): string {
  const label = paint('red', 'error:')
  if (!(thrown instanceof SluiceError)) return `${label} ${printable(messageOf(thrown))}\n`
  const { diagnostics = [], hint, at } = thrown
  const [only] = diagnostics
  if (diagnostics.length === 1) return `${label} ${printable(renderDiagnostic(only!, folder))}\n`
  // The message of a document with several mistakes repeats them all; they follow one by one.
  const message = diagnostics.length > 1 ? thrown.message.split('\n', 1)[0]! : thrown.message
  const lines = [`${label} ${printable(message)}`]
  for (const diagnostic of diagnostics) lines.push('', printable(renderDiagnostic(diagnostic, folder)))
  if (at !== undefined && diagnostics.length === 0) lines.push(`  at ${at.file}:${at.line}:${at.column}`)
  if (hint !== undefined) lines.push(`${paint('cyan', 'hint:')} ${printable(hint)}`)
  return `${lines.join('\n')}\n`
}
