import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { DataTestResult } from '../../data/data-tests.ts'
import type { TableExplorer } from '../../data/table-explorer.ts'
import type { Route } from '../../server/route.ts'
import type { DataTestsDocument } from '../../spec/data-test-document.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import { referenceText } from '../../spec/scope.ts'
import { words } from './messages.ts'

const TestRequest = Type.Object(
  {
    tests: Type.String({ minLength: 1, maxLength: 1_000_000, description: 'YAML of type data_tests.' }),
    sources: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: 'Names of tables of the file, and where they are instead.',
      }),
    ),
  },
  { additionalProperties: false },
)

const ResultsMessage = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        name: Type.String(),
        table: Type.String(),
        status: words(['passed', 'failed', 'warned', 'error']),
        message: Type.String({ description: 'In one sentence, with the numbers.' }),
        row_count: Type.Optional(Type.Integer()),
        failing_count: Type.Optional(Type.Integer()),
      }),
    ),
  },
  { $id: 'DataTestResults' },
)

/** What the route of data tests asks of the server. */
export interface DataTestRouteParts {
  readonly tables: Pick<TableExplorer, 'test'>
  /** A source that this caller may name; throws for one that it may not. */
  readonly allowed: (request: FastifyRequest, source: string) => string
}

/** Data tests of tables that the server knows. */
export function dataTestRoutes({ tables, allowed }: DataTestRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/tables/tests',
      permission: 'write',
      summary: 'Ask the data tests of a YAML text; a mistake in it is told with its place.',
      body: TestRequest,
      response: ResultsMessage,
      handler: async (request) => {
        const { tests: text, sources = {} } = request.body as Static<typeof TestRequest>
        const { inputs, tests } = await documentOf(text)
        const unknown = Object.keys(sources).find((name) => !Object.hasOwn(inputs, name))
        if (unknown !== undefined)
          throw new SluiceError('invalid-request', `The tests have no input "${unknown}".`, {
            hint: `They have ${Object.keys(inputs).join(', ')}.`,
          })
        const found = Object.entries(inputs).map(([name, reference]) => {
          const written = reference.kind === 'local' ? reference.path : referenceText(reference)
          return [name, allowed(request, sources[name] ?? written)] as const
        })
        return { items: (await tables.test(tests, Object.fromEntries(found))).map(resultMessage) }
      },
    },
  ]
}

const file = '/tests.yml'

async function documentOf(text: string): Promise<DataTestsDocument> {
  const { document } = await loadValidDocument({
    ...{ file, folder: '/', family: 'data-tests' },
    readText: (wanted) => {
      if (wanted === file) return text
      throw new SluiceError('permission-denied', `Tests that are sent as a text cannot refer to the file ${wanted}.`)
    },
  })
  if (document.kind === 'data-tests') return document
  throw new SluiceError('invalid-document', 'The text has no data tests.', { hint: 'Begin it with: type: data_tests' })
}

function resultMessage(result: DataTestResult): Static<typeof ResultsMessage>['items'][number] {
  const { name, table, status, message, rowCount, failingCount } = result
  return {
    ...{ name, table, status, message },
    ...(rowCount !== undefined && { row_count: rowCount }),
    ...(failingCount !== undefined && { failing_count: failingCount }),
  }
}
