/** A request of a deployment as its OpenAPI document has it. */
export interface InputDescription {
  /** Names of the columns where the request is a table: a form can be made of it. */
  readonly columns?: readonly string[]
  /** A body that the deployment would take. */
  readonly example: unknown
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly example?: unknown
  readonly type?: string
}

/** What `POST /score` takes. A script without a schema of its own is asked with an empty object. */
export function inputDescription(openapi: unknown): InputDescription {
  const schema = at(openapi, ['paths', '/score', 'post', 'requestBody', 'content', 'application/json', 'schema'])
  const body = (schema ?? {}) as Schema
  const columns = body.properties?.['input_data']?.properties?.['columns']?.items?.enum
  return {
    example: exampleOf(body) ?? {},
    ...(columns !== undefined && { columns: columns.map(String) }),
  }
}

/** A table as Azure ML's clients send it. */
export function tableBody(columns: readonly string[], rows: readonly (readonly string[])[]): unknown {
  return { input_data: { columns, index: rows.map((_, index) => index), data: rows.map((row) => row.map(cellOf)) } }
}

/** The rows of a body as texts, where it is a table of these columns. */
export function rowsOf(body: unknown, columns: readonly string[]): readonly (readonly string[])[] {
  const data = at(body, ['input_data', 'data'])
  const rows = Array.isArray(data) ? data.filter((row): row is unknown[] => Array.isArray(row)) : []
  const texts = rows.map((row) => columns.map((_, index) => textOf(row[index])))
  return texts.length > 0 ? texts : [columns.map(() => '0')]
}

/** What is written like a number is one; nothing is null. */
function cellOf(text: string): unknown {
  const written = text.trim()
  if (written === '') return null
  const number = Number(written)
  return Number.isFinite(number) ? number : written
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function exampleOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example
  if (schema.properties !== undefined)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, exampleOf(part) ?? null]))
  return schema.items === undefined ? undefined : [exampleOf(schema.items) ?? 0]
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, name) =>
      typeof inside === 'object' && inside !== null ? (inside as Readonly<Record<string, unknown>>)[name] : undefined,
    value,
  )
}
