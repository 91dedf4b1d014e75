import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from '@sinclair/typebox'

/** What a caller must be allowed to do; `public` needs no login (health, version, static entry). */
export type Permission = 'public' | 'read' | 'write' | 'manage' | 'score'

/** How a route's errors are written: each protocol has its own words. */
export type ErrorTranslator = (thrown: unknown) => {
  readonly status: number
  readonly body: unknown
  readonly contentType?: string
}

/** What there is to a request with and without Fastify: its own requests are such, and so are direct ones. */
export interface HttpRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly params: unknown
  readonly raw: IncomingMessage
  readonly routeOptions: { readonly url?: string | undefined }
  body?: unknown
}

/** An answer under way; `send` ends it. */
export interface HttpReply {
  readonly raw: ServerResponse
  code(status: number): HttpReply
  header(name: string, value: string | number | readonly string[] | undefined): HttpReply
  type(contentType: string): HttpReply
  send(payload?: unknown): HttpReply
}

/**
 * One row of the one route table (design.md 8). A route that is not declared here does not exist; the server adds
 * Host and Origin checks to every row.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  /** Fastify's pattern, e.g. `/api/v1/jobs/:name`. */
  readonly url: string
  readonly permission: Permission
  /** One sentence for the OpenAPI document; absent: not in it (foreign protocols). */
  readonly summary?: string
  readonly query?: TSchema
  readonly body?: TSchema
  readonly response?: TSchema
  /** Status of a success; 200 when absent. */
  readonly successStatus?: 200 | 201 | 202 | 204
  /** `json` (default), `raw`: the handler gets the Buffer, `stream`: the handler reads request.raw itself, no limit. */
  readonly bodyKind?: 'json' | 'raw' | 'stream'
  readonly maxBodyBytes?: number
  /** Bodies may be compressed (gzip, deflate); `maxBodyBytes` holds before and after. Others are refused when they are. */
  readonly isDecompressed?: boolean
  /** Defaults to our REST errors. */
  readonly errors?: ErrorTranslator
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  /**
   * The handler again, where it needs no more of request and reply than these: the route is then answered without Fastify,
   * whose own work for a request is what a small model's is. For routes without schemas, by POST.
   */
  readonly direct?: (request: HttpRequest, reply: HttpReply) => Promise<unknown>
}
