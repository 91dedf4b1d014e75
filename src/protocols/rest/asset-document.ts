import { basename, dirname, join } from 'node:path'
import { readDocumentText } from '../../assets/document-text.ts'
import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { DocumentFamily } from '../../spec/document-kind.ts'
import type { Document } from '../../spec/documents.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import type { CreateRequest } from './asset-messages.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'

/** What messages call a document that was not read from a file. */
const unwritten = 'request'

interface DocumentWish<Kind extends Document['kind']> {
  readonly localToken: string
  readonly family: DocumentFamily
  readonly kinds: readonly Kind[]
}

/**
 * The document that a request describes: its file, or the fields it gives, which may name paths of the server's machine
 * like a file may. Only the user of that machine may send one. Throws `invalid-document` with every mistake.
 */
export async function documentOf<Kind extends Document['kind']>(
  request: FastifyRequest,
  wish: DocumentWish<Kind>,
): Promise<Extract<Document, { kind: Kind }>> {
  return (await fileDocumentOf(request, wish)).document
}

/** As `documentOf`, with the text of the file; undefined where the request gives fields. */
export async function fileDocumentOf<Kind extends Document['kind']>(
  request: FastifyRequest,
  { localToken, ...wish }: DocumentWish<Kind>,
): Promise<{ readonly document: Extract<Document, { kind: Kind }>; readonly written?: WrittenText }> {
  requireLocalCaller(request, localToken)
  const { file, document, folder, overrides } = request.body as CreateRequest
  if ((file === undefined) === (document === undefined))
    throw new SluiceError('invalid-request', 'Give either "file" or "document".')
  const path = file === undefined ? join(requireAbsolute(folder ?? '/'), unwritten) : requireAbsolute(file)
  let text = document === undefined ? undefined : JSON.stringify(document)
  const loaded = await loadValidDocument({
    file: path,
    family: wish.family,
    readText: async (wanted) =>
      wanted === path ? (text ??= await readDocumentText(wanted)) : readDocumentText(wanted),
    ...(overrides !== undefined && { overrides }),
  })
  const found = ofKind(loaded.document, path, wish.kinds)
  return { document: found, ...(file !== undefined && { written: { file: path, text: text! } }) }
}

/** A YAML text with the absolute path that its relative paths are seen from. */
interface WrittenText {
  readonly file: string
  readonly text: string
}

/** The document that a text says which was sent as such, e.g. by a browser: no file of this machine is read for it. */
export async function textDocumentOf<Kind extends Document['kind']>(
  { file, text }: WrittenText,
  { family, kinds }: Omit<DocumentWish<Kind>, 'localToken'>,
): Promise<Extract<Document, { kind: Kind }>> {
  const readText = (wanted: string): string => {
    if (wanted === file) return text
    throw new SluiceError('permission-denied', 'only the user who runs this server may name files of its machine')
  }
  const loaded = await loadValidDocument({ file, family, readText, folder: dirname(file) })
  return ofKind(loaded.document, basename(file), kinds)
}

function ofKind<Kind extends Document['kind']>(
  found: Document,
  path: string,
  kinds: readonly Kind[],
): Extract<Document, { kind: Kind }> {
  if (!kinds.some((kind) => kind === found.kind))
    throw new SluiceError('invalid-document', `${path} is a ${found.kind}; expected a ${kinds.join(' or a ')}.`)
  // Its kind is one of those asked for, one line up.
  return found as Extract<Document, { kind: Kind }>
}
