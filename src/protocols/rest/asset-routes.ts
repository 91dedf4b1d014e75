import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../access/principal.ts'
import type { AssetKind, VersionChoice } from '../../assets/asset.ts'
import type { AssetCatalogue, AssetFilter } from '../../assets/asset-catalogue.ts'
import { type AssetIntakeParts, createAsset } from '../../assets/asset-intake.ts'
import type { DocumentFamily } from '../../spec/document-kind.ts'
import type { Document } from '../../spec/documents.ts'
import type { Route } from '../../server/route.ts'
import { documentOf } from './asset-document.ts'
import {
  AssetList,
  AssetQuery,
  AssetVersionMessage,
  AssetWithVersions,
  type BuiltInAsset,
  CreatedAssetMessage,
  CreateRequest,
  LabelRequest,
  UpdateRequest,
} from './asset-messages.ts'
import { toAssetMessage, toAssetVersionMessage } from './asset-translate.ts'

/** What the routes of assets ask of the server. */
export interface AssetRouteParts {
  readonly catalogue: AssetCatalogue
  readonly intake: AssetIntakeParts
  /** The program's own, by kind. */
  readonly builtIn?: Readonly<Partial<Record<AssetKind, readonly BuiltInAsset[]>>>
  readonly localToken: string
  readonly principalOf: (request: FastifyRequest) => Principal
}

interface AssetGroup {
  readonly kind: AssetKind
  /** In URLs. */
  readonly plural: string
  readonly noun: string
  readonly family: DocumentFamily
  readonly documents: readonly ('data' | 'environment' | 'command-component' | 'pipeline-component')[]
}

const groups: readonly AssetGroup[] = [
  { kind: 'data', plural: 'data', noun: 'data asset', family: 'data', documents: ['data'] },
  {
    kind: 'environment',
    plural: 'environments',
    noun: 'environment',
    family: 'environment',
    documents: ['environment'],
  },
  {
    kind: 'component',
    plural: 'components',
    noun: 'component',
    family: 'component',
    documents: ['command-component', 'pipeline-component'],
  },
]

/** Data, environments and components: the same routes for each. `:version` is a version, or a label as `@label`. */
export function assetRoutes(parts: AssetRouteParts): readonly Route[] {
  return groups.flatMap((group) => [
    ...readingRoutes(parts, group),
    creatingRoute(parts, group),
    ...changingRoutes(parts, group),
    ...archivingRoutes(parts, group),
  ])
}

function readingRoutes(
  { catalogue, builtIn = {} }: AssetRouteParts,
  { kind, plural, noun }: AssetGroup,
): readonly Route[] {
  return [
    {
      method: 'GET',
      url: `/api/v1/${plural}`,
      permission: 'read',
      summary: `List the ${noun}s by name.`,
      query: AssetQuery,
      response: AssetList,
      handler: async (request) => {
        const filter = filterOf(request)
        const { items, nextPageToken } = await catalogue.list(kind, filter)
        const own = filter.pageToken === undefined ? (builtIn[kind] ?? []) : []
        return {
          items: items.map(toAssetMessage),
          ...(own.length > 0 && { built_in: own }),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: `/api/v1/${plural}/:name`,
      permission: 'read',
      summary: `Show the ${noun} of a name with its versions, newest first.`,
      query: AssetQuery,
      response: AssetWithVersions,
      handler: async (request) => {
        const name = { kind, name: nameOf(request) }
        const { items, nextPageToken } = await catalogue.versions(name, filterOf(request))
        return {
          ...toAssetMessage(await catalogue.show(name)),
          versions: items.map((version) => toAssetVersionMessage(version)),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: `/api/v1/${plural}/:name/versions/:version`,
      permission: 'read',
      summary: `Show one version of the ${noun}.`,
      response: AssetVersionMessage,
      handler: async (request) =>
        toAssetVersionMessage(await catalogue.get({ kind, name: nameOf(request) }, choiceOf(request)), {
          withDefinition: true,
        }),
    },
  ]
}

function creatingRoute(
  { intake, localToken, principalOf }: AssetRouteParts,
  { plural, noun, family, documents }: AssetGroup,
): Route {
  return {
    method: 'POST',
    url: `/api/v1/${plural}`,
    permission: 'write',
    summary: `Create a version of the ${noun} from a YAML file of the server, or from its fields.`,
    body: CreateRequest,
    response: CreatedAssetMessage,
    successStatus: 201,
    handler: async (request) => {
      const document = await documentOf<(typeof documents)[number] & Document['kind']>(request, {
        localToken,
        family,
        kinds: documents,
      })
      const { version, isNew } = await createAsset(intake, document, principalText(principalOf(request)))
      return { ...toAssetVersionMessage(version), is_new: isNew }
    },
  }
}

function changingRoutes({ catalogue }: AssetRouteParts, { kind, plural, noun }: AssetGroup): readonly Route[] {
  return [
    {
      method: 'PATCH',
      url: `/api/v1/${plural}/:name/versions/:version`,
      permission: 'write',
      summary: `Change what is said of a version of the ${noun}; what it is never changes.`,
      body: UpdateRequest,
      response: AssetVersionMessage,
      handler: async (request) => {
        const change = request.body as UpdateRequest
        return toAssetVersionMessage(
          await catalogue.update({ kind, name: nameOf(request) }, choiceOf(request), change as never),
        )
      },
    },
    {
      method: 'PUT',
      url: `/api/v1/${plural}/:name/labels/:label`,
      permission: 'write',
      summary: `Let a label of the ${noun} stand for a version.`,
      body: LabelRequest,
      response: AssetVersionMessage,
      handler: async (request) => {
        const { version } = request.body as { version: string }
        const { label } = request.params as { label: string }
        return toAssetVersionMessage(
          await catalogue.setLabel({ kind, name: nameOf(request) }, label, parseChoice(version)),
        )
      },
    },
    {
      method: 'DELETE',
      url: `/api/v1/${plural}/:name/labels/:label`,
      permission: 'write',
      summary: `Take a label of the ${noun} away.`,
      successStatus: 204,
      handler: async (request) => {
        const { label } = request.params as { label: string }
        await catalogue.deleteLabel({ kind, name: nameOf(request) }, label)
      },
    },
  ]
}

function archivingRoutes({ catalogue }: AssetRouteParts, { kind, plural, noun }: AssetGroup): readonly Route[] {
  const places = [
    { url: `/api/v1/${plural}/:name`, what: `the ${noun} of a name with all its versions`, isVersion: false },
    { url: `/api/v1/${plural}/:name/versions/:version`, what: `a version of the ${noun}`, isVersion: true },
  ]
  return places.flatMap(({ url, what, isVersion }): Route[] => [
    ...(['archive', 'restore'] as const).map((word): Route => ({
      method: 'POST',
      url: `${url}/${word}`,
      permission: 'write',
      summary: word === 'archive' ? `Hide ${what} from lists and @latest.` : `Show ${what} again.`,
      successStatus: 204,
      handler: (request) =>
        catalogue.setArchived(
          { kind, name: nameOf(request) },
          isVersion ? choiceOf(request) : undefined,
          word === 'archive',
        ),
    })),
    {
      method: 'DELETE',
      url,
      permission: 'manage',
      summary: `Delete ${what}; jobs that used it keep their content.`,
      successStatus: 204,
      handler: (request) =>
        catalogue.delete({ kind, name: nameOf(request) }, isVersion ? choiceOf(request) : undefined),
    },
  ])
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}

/** The version a request's path names: `3`, or `@latest`. */
export function choiceOf(request: FastifyRequest): VersionChoice {
  return parseChoice((request.params as { version: string }).version)
}

function parseChoice(text: string): VersionChoice {
  return text.startsWith('@') ? { label: text.slice(1) } : { version: text }
}

function filterOf(request: FastifyRequest): AssetFilter {
  const { limit = 100, page_token: pageToken, include_archived: withArchived = false } = request.query as AssetQuery
  return { limit, withArchived, ...(pageToken !== undefined && { pageToken }) }
}
