import type { FastifyRequest } from 'fastify'
import type graphqlPackage from 'graphql'
import type { DocumentNode, GraphQLSchema, SelectionSetNode } from 'graphql'
import { messageOf, SluiceError } from '../../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts'
import { parseJson } from '../../../server/parse-json.ts'
import type { Route } from '../../../server/route.ts'
import { mlflowErrors } from '../errors.ts'
import { answerOf, sendJson } from '../mlflow-route.ts'
import { graphqlSchema } from './graphql-schema.ts'

/** Which REST call answers which field. */
const calls = {
  mlflowGetExperiment: 'GET /2.0/mlflow/experiments/get',
  mlflowGetMetricHistoryBulkInterval: 'GET /2.0/mlflow/metrics/get-history-bulk-interval',
  mlflowGetRun: 'GET /2.0/mlflow/runs/get',
  mlflowListArtifacts: 'GET /2.0/mlflow/artifacts/list',
  mlflowSearchModelVersions: 'GET /2.0/mlflow/model-versions/search',
  mlflowSearchRuns: 'POST /2.0/mlflow/runs/search',
  mlflowSearchDatasets: 'POST /2.0/mlflow/experiments/search-datasets',
} as const

const maxQueryLength = 100_000
const maxTokens = 5000
/** As MLflow limits its own: a query of its pages has one root field, and nests to 5. */
const limits = { depth: 10, rootFields: 10, aliases: 10, selections: 1000 } as const

/** What a field says that its message does not hold, as MLflow's messages do: the zero of its type. */
const unset: Readonly<Record<string, string | number | boolean>> = {
  String: '',
  LongString: '0',
  Int: 0,
  Float: 0,
  Boolean: false,
}

type Graphql = typeof graphqlPackage

/**
 * MLflow's pages ask some things by GraphQL. Fields are answered by the calls of the route table, so there is one
 * meaning of each; the library is loaded by the first question.
 */
export function graphqlRoutes(routes: readonly Route[]): readonly Route[] {
  let loaded: Promise<{ readonly graphql: Graphql; readonly schema: GraphQLSchema }> | undefined
  const load = async () => {
    // CommonJS: Node finds its names one by one, the bundle has them under `default` alone.
    const { default: graphql } = await import('graphql')
    const schema = graphql.buildSchema(graphqlSchema)
    // JavaScript's numbers end where these do not.
    const long = schema.getType('LongString')
    if (graphql.isScalarType(long)) long.serialize = String
    for (const type of Object.values(schema.getTypeMap())) {
      if (!graphql.isObjectType(type) || type.name.startsWith('__')) continue
      for (const field of Object.values(type.getFields())) {
        // Messages leave out what is empty, and GraphQL has no NaN.
        const fallback = graphql.isListType(field.type) ? [] : (unset[String(field.type)] ?? null)
        const usual = graphql.defaultFieldResolver
        field.resolve = async (...call) => {
          const value: unknown = (await usual(...call)) ?? fallback
          return value === 'NaN' && String(field.type) === 'Float' ? null : value
        }
      }
    }
    return { graphql, schema }
  }
  return [
    {
      method: 'POST',
      url: '/graphql',
      // The one mutation type there is searches.
      permission: 'read',
      bodyKind: 'raw',
      errors: mlflowErrors,
      handler: async (request, reply) => {
        const { query, variables, operationName } = questionOf(request)
        loaded ??= load()
        const { graphql, schema } = await loaded
        const document = checked(graphql, schema, query)
        if ('errors' in document) return sendJson(reply, { data: null, errors: document.errors })
        const result = await graphql.execute({
          schema,
          document,
          rootValue: rootFields(routes, request),
          variableValues: variables,
          ...(operationName !== undefined && { operationName }),
        })
        // In MLflow both are always there, and errors are their texts.
        const errors = result.errors?.map(({ message }) => message) ?? null
        return sendJson(reply, { data: result.data ?? null, errors })
      },
    },
  ]
}

interface Question {
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly operationName?: string
}

function questionOf(request: FastifyRequest): Question {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new SluiceError(
      'unsupported-media-type',
      'A GraphQL request is JSON: Content-Type should be application/json.',
    )
  }
  const body = parseJson(request.body as Buffer)
  if (!isJsonObject(body) || typeof body['query'] !== 'string') {
    throw new SluiceError('invalid-request', "Missing value for required parameter 'query'.")
  }
  const { query, variables, operationName } = body
  if (query.length > maxQueryLength) {
    throw new SluiceError(
      'limit-exceeded',
      `The query has ${query.length} characters; at most ${maxQueryLength} are read.`,
    )
  }
  return {
    query,
    variables: isJsonObject(variables) ? { ...variables } : {},
    ...(typeof operationName === 'string' && { operationName }),
  }
}

type Refused = { readonly errors: readonly string[] }

function checked(graphql: Graphql, schema: GraphQLSchema, query: string): DocumentNode | Refused {
  let document: DocumentNode
  try {
    document = graphql.parse(query, { maxTokens })
  } catch (error) {
    return { errors: [messageOf(error)] }
  }
  // First, as in MLflow: what is too much is not worth checking.
  const excess = excessOf(document)
  if (excess !== undefined) return { errors: [excess] }
  const errors = graphql.validate(schema, document, graphql.specifiedRules, { maxErrors: 10 })
  return errors.length === 0 ? document : { errors: errors.map(({ message }) => message) }
}

/**
 * What of a query is too much, in MLflow's words; fragments are counted wherever they are spread, one that spreads itself
 * until there are too many selections.
 */
function excessOf(document: DocumentNode): string | undefined {
  const fragments = new Map<string, SelectionSetNode>()
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition.selectionSet)
  }
  const counts = { selections: 0, aliases: 0, depth: 0 }
  const visit = (set: SelectionSetNode, depth: number): number => {
    let fields = 0
    counts.depth = Math.max(counts.depth, depth)
    for (const selection of set.selections) {
      if (++counts.selections > limits.selections || depth > limits.depth) return fields
      if (selection.kind === 'Field') {
        fields++
        if (selection.alias !== undefined) counts.aliases++
        if (selection.selectionSet !== undefined) visit(selection.selectionSet, depth + 1)
      } else {
        const inner = selection.kind === 'InlineFragment' ? selection.selectionSet : fragments.get(selection.name.value)
        if (inner !== undefined) fields += visit(inner, depth)
      }
    }
    return fields
  }
  let rootFieldCount = 0
  for (const definition of document.definitions) {
    if (definition.kind === 'OperationDefinition') rootFieldCount += visit(definition.selectionSet, 1)
  }
  if (counts.depth > limits.depth) return `Query exceeds maximum depth of ${limits.depth}`
  if (counts.selections > limits.selections) return `Query exceeds maximum total selections of ${limits.selections}`
  if (rootFieldCount > limits.rootFields) return tooMany('root fields', rootFieldCount, limits.rootFields)
  return counts.aliases > limits.aliases ? tooMany('aliases', counts.aliases, limits.aliases) : undefined
}

function tooMany(what: string, count: number, limit: number): string {
  return `GraphQL queries should have at most ${limit} ${what}, got ${count} ${what}.`
}

type Resolver = (given: { readonly input?: JsonObject }) => Promise<JsonObject>

function rootFields(routes: readonly Route[], request: FastifyRequest): Readonly<Record<string, Resolver>> {
  const ask = async (call: string, input: JsonObject): Promise<JsonObject> => {
    const answer = answerOf(routes, call)
    return camel(await answer(snake(input), request)) as JsonObject
  }
  const told: Record<string, Resolver> = {}
  for (const [field, call] of Object.entries(calls)) {
    told[field] = async ({ input = {} }) => {
      try {
        return extended(await ask(call, input), ask)
      } catch (error) {
        return { apiError: apiErrorOf(error) }
      }
    }
  }
  return told
}

function apiErrorOf(error: unknown): JsonObject {
  const { body } = mlflowErrors(error)
  const { error_code: code, message } = body as { readonly error_code: string; readonly message: string }
  return { code, message }
}

/** Runs know their experiment and the model versions made of them, when they are asked. */
function extended(answer: JsonObject, ask: (call: string, input: JsonObject) => Promise<JsonObject>): JsonObject {
  const extend = (run: JsonObject): JsonObject => {
    const { runId = '', experimentId = '' } = isJsonObject(run['info']) ? run['info'] : {}
    return {
      ...run,
      // GraphQL calls what is a function when its field is asked for.
      ...({
        experiment: async () => (await ask(calls.mlflowGetExperiment, { experimentId }))['experiment'],
        modelVersions: async () =>
          (await ask(calls.mlflowSearchModelVersions, { filter: `run_id = '${String(runId)}'` }))['modelVersions'] ??
          [],
      } as unknown as JsonObject),
    }
  }
  const { run, runs } = answer
  return {
    ...answer,
    ...(isJsonObject(run) && { run: extend(run) }),
    ...(Array.isArray(runs) && { runs: (runs as readonly JsonObject[]).map(extend) }),
  }
}

function camel(value: unknown): JsonValue {
  return renamed(value as JsonValue, (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
}

function snake(value: JsonObject): JsonObject {
  return renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as JsonObject
}

/** The same value with the names of all its fields changed; the messages here have no maps of users' keys. */
function renamed(value: JsonValue, rename: (key: string) => string): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => renamed(item, rename))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === undefined || member === null ? [] : [[rename(key), renamed(member, rename)]],
    ),
  )
}
