import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { readDocumentText } from '../../assets/document-text.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { EnvironmentRequest } from '../../environments/environment-builder.ts'
import type { Outgoing, PackagingService } from '../../packaging/packaging-service.ts'
import type { Route } from '../../server/route.ts'
import type { DeployedModel } from '../../serving/deploy-request.ts'
import type { EnvironmentChoice } from '../../spec/document-parts.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import { parseReference } from '../../spec/reference.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'

/** What the routes of packages ask of the server. */
export interface PackageRouteParts {
  readonly packaging: PackagingService
  readonly findEnvironment: (choice: EnvironmentChoice) => Promise<EnvironmentRequest>
  readonly localToken: string
}

const model = Type.Optional(Type.String({ description: 'azureml:NAME:VERSION, NAME@ALIAS, runs:/RUN/PATH, ...' }))
const path = Type.Optional(Type.String({ description: 'A model that lies at this path of the machine of the server.' }))

const PackageRequest = Type.Object(
  {
    model,
    path,
    code: Type.Optional(Type.String({ description: 'Folder of the scoring script, on the machine of the server.' })),
    scoring_script: Type.Optional(Type.String({ description: 'Relative to the code folder; default score.py.' })),
    environment: Type.Optional(
      Type.String({ description: 'azureml:NAME:VERSION, or a conda, requirements.txt or environment file.' }),
    ),
    format: Type.Optional(Type.Union([Type.Literal('folder'), Type.Literal('tar'), Type.Literal('oci')])),
    base: Type.Optional(Type.String({ description: 'Base image on the machine of the server: OCI layout or tar.' })),
  },
  { $id: 'PackageRequest' },
)
type PackageRequest = Static<typeof PackageRequest>

const ExportRequest = Type.Object(
  {
    model,
    path,
    format: Type.Literal('onnx'),
    example: Type.Optional(Type.Unknown({ description: 'A scoring request whose answers are compared.' })),
  },
  { $id: 'ExportRequest' },
)
type ExportRequest = Static<typeof ExportRequest>

/** Models that leave: the answer is the file, and the header `x-sluice-summary` says what it is (JSON, URI-encoded). */
export function packageRoutes({ packaging, findEnvironment, localToken }: PackageRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/model-packages',
      permission: 'write',
      summary: 'Package a model so that it runs alone; answers with a tar, or with a tar of an OCI image layout.',
      body: PackageRequest,
      handler: async (request, reply) => {
        const wanted = request.body as PackageRequest
        const { code, scoring_script: script = 'score.py', environment, base, format = 'folder' } = wanted
        const namesFiles = [code, base, isReference(environment) ? undefined : environment]
        if (namesFiles.some((name) => name !== undefined)) requireLocalCaller(request, localToken)
        const outgoing = await packaging.package({
          model: modelOf(request, localToken),
          format,
          ...(code !== undefined && { scoring: { code: requireAbsolute(code), script } }),
          ...(environment !== undefined && { environment: await findEnvironment(await choiceOf(environment)) }),
          ...(base !== undefined && { base: requireAbsolute(base) }),
        })
        return send(reply, outgoing)
      },
    },
    {
      method: 'POST',
      url: '/api/v1/model-exports',
      permission: 'write',
      summary: 'Convert a scikit-learn model to ONNX and compare its predictions; answers with the file.',
      body: ExportRequest,
      handler: async (request, reply) => {
        const { example } = request.body as ExportRequest
        return send(
          reply,
          await packaging.export({
            model: modelOf(request, localToken),
            ...(example !== undefined && { example: JSON.stringify(example) }),
          }),
        )
      },
    },
  ]
}

function modelOf(request: FastifyRequest, localToken: string): DeployedModel {
  const { model: reference, path: place } = request.body as PackageRequest
  if ((reference === undefined) === (place === undefined))
    throw new SluiceError('invalid-request', 'Give either "model" or "path".')
  if (reference !== undefined) return { kind: 'reference', reference }
  requireLocalCaller(request, localToken)
  return { kind: 'local', path: requireAbsolute(place!) }
}

function isReference(environment: string | undefined): boolean {
  return environment?.startsWith('azureml:') === true
}

/** A registered environment by its reference; else a file: an environment, a conda file or a requirements.txt. */
async function choiceOf(environment: string): Promise<EnvironmentChoice> {
  if (isReference(environment)) return { kind: 'reference', reference: parseReference(environment, '/') }
  const file = requireAbsolute(environment)
  const text = await readDocumentText(file).catch((error: unknown) => {
    if (error instanceof SluiceError) throw error
    throw new SluiceError('input-not-found', `There is no file ${file}.`)
  })
  const written = documentFor(file, text)
  const { document } = await loadValidDocument({
    file: written === undefined ? file : join(dirname(file), 'environment'),
    family: 'environment',
    readText: (name) =>
      written !== undefined && name === join(dirname(file), 'environment')
        ? Promise.resolve(JSON.stringify(written))
        : readDocumentText(name),
  })
  if (document.kind === 'environment') return { kind: 'inline', environment: document.environment }
  throw new SluiceError('invalid-document', `${file} is a ${document.kind}; expected an environment.`)
}

/** The environment document that stands for a file of packages; undefined for one that is such a document. */
function documentFor(file: string, text: string): object | undefined {
  const name = 'package'
  if (file.endsWith('.txt')) {
    const pip = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    return { name, conda_file: { dependencies: ['pip', { pip: pip.filter((line) => line !== '') }] } }
  }
  return /^dependencies\s*:/m.test(text) ? { name, conda_file: `./${basename(file)}` } : undefined
}

function send(reply: FastifyReply, { contentType, fileName, summary, bytes }: Outgoing): FastifyReply {
  reply.headers({
    'content-type': contentType,
    'content-disposition': `attachment; filename="${fileName}"`,
    'x-sluice-summary': encodeURIComponent(JSON.stringify(summary)),
  })
  return reply.send(Readable.from(bytes, { objectMode: false }))
}
