import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { DocumentFamily } from '../../spec/document-kind.ts'
import type { Document } from '../../spec/documents.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import type { CreateRequest } from './asset-messages.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'

/** What messages call a document that was not read from a file. */
const unwritten = 'request'

/**
 * The document that a request describes: its file, or the fields it gives, which may name paths of the server's machine
 * like a file may. Only the user of that machine may send one. Throws `invalid-document` with every mistake.
 */
export async function documentOf<Kind extends Document['kind']>(
  request: FastifyRequest,
  {
    localToken,
    family,
    kinds,
  }: { readonly localToken: string; readonly family: DocumentFamily; readonly kinds: readonly Kind[] },
): Promise<Extract<Document, { kind: Kind }>> {
  requireLocalCaller(request, localToken)
  const { file, document, folder, overrides } = request.body as CreateRequest
  if ((file === undefined) === (document === undefined))
    throw new SluiceError('invalid-request', 'Give either "file" or "document".')
  const path = file === undefined ? join(requireAbsolute(folder ?? '/'), unwritten) : requireAbsolute(file)
  const text = document === undefined ? undefined : JSON.stringify(document)
  const loaded = await loadValidDocument({
    file: path,
    family,
    readText: (wanted) => (text !== undefined && wanted === path ? text : readFile(wanted, 'utf8')),
    ...(overrides !== undefined && { overrides }),
  })
  const found = loaded.document
  if (!kinds.some((kind) => kind === found.kind))
    throw new SluiceError('invalid-document', `${path} is a ${found.kind}; expected a ${kinds.join(' or a ')}.`)
  // Its kind is one of those asked for, one line up.
  return found as Extract<Document, { kind: Kind }>
}
