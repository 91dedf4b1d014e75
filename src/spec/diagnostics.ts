import type { Diagnostic } from '../base/errors.ts'
import { SluiceError } from '../base/errors.ts'

const shownInMessage = 50

/** One mistake in at most three lines: where and what, the source line, the caret with the advice. */
export function renderDiagnostic({ message, hint, at, frame }: Diagnostic, folder?: string): string {
  const place = at === undefined ? '' : `${shortPath(at.file, folder)}:${at.line}:${at.column}: `
  const advice = hint === undefined ? '' : ` ${hint}`
  return frame === undefined ? `${place}${message}${advice && `.${advice}`}` : `${place}${message}\n${frame}${advice}`
}

/**
 * The error `invalid-document` whose message shows every mistake with its place; paths inside `folder` are shown
 * relative to it.
 */
export function invalidDocument(
  file: string,
  diagnostics: readonly Diagnostic[],
  options: { readonly folder?: string } = {},
): SluiceError {
  const { folder } = options
  const shown = diagnostics.slice(0, shownInMessage).map((diagnostic) => renderDiagnostic(diagnostic, folder))
  const rest = diagnostics.length - shown.length
  const count = diagnostics.length === 1 ? '1 mistake' : `${diagnostics.length} mistakes`
  const head = `${shortPath(file, folder)} has ${count}:`
  const message = [head, ...shown, ...(rest > 0 ? [`... and ${rest} more`] : [])].join('\n')
  const at = diagnostics[0]?.at
  return new SluiceError('invalid-document', message, { diagnostics, ...(at !== undefined && { at }) })
}

/** `file` as seen from `folder`, if it lies inside; else `file` itself. For messages. */
function shortPath(file: string, folder: string | undefined): string {
  if (folder === undefined) return file
  const prefix = folder.endsWith('/') ? folder : `${folder}/`
  return file.startsWith(prefix) ? file.slice(prefix.length) : file
}
