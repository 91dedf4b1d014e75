import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { listOf, texts, time } from './messages.ts'

const percents = Type.Record(Type.String(), Type.Number(), { description: 'Percent by deployment.' })
const file = Type.Optional(
  Type.String({ minLength: 1, description: 'Absolute path of a YAML file on the server’s machine.' }),
)
const set = Type.Optional(
  Type.Record(Type.String(), Type.String(), { description: 'Values by dotted path, over what the file says.' }),
)
const version = Type.Optional(
  Type.Integer({ minimum: 1, description: 'The version that the endpoint must have; else 409 and nothing changes.' }),
)
const reason = Type.Optional(Type.String({ maxLength: 1000, description: 'Why, for the event.' }))
const description = Type.Optional(Type.String())
const closed = { additionalProperties: false }

const RoutingMessage = Type.Object(
  {
    unit_header: Type.Optional(
      Type.String({ pattern: '^[a-zA-Z][-a-zA-Z0-9]{0,63}$', description: 'Says for whom a request is.' }),
    ),
    deployment_header: Type.Optional(
      Type.String({ pattern: '^[a-zA-Z][-a-zA-Z0-9]{0,63}$', description: 'Chooses a deployment by name or label.' }),
    ),
    labels: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Deployment by label.' })),
  },
  closed,
)
export type RoutingMessage = Static<typeof RoutingMessage>

export const DeploymentMessage = Type.Object(
  {
    name: Type.String(),
    endpoint: Type.String(),
    status: Type.String({ description: 'creating, updating, ready, failed or deleting' }),
    status_detail: Type.Optional(Type.String()),
    model: Type.Optional(Type.String({ description: 'e.g. `azureml:diabetes:3`.' })),
    scoring_script: Type.Optional(Type.String()),
    environment: Type.Optional(
      Type.String({ description: 'The registered or curated environment it runs in, e.g. `azureml:sklearn:2`.' }),
    ),
    traffic: Type.Number({ description: 'Percent.' }),
    revision: Type.Optional(Type.Integer({ description: 'The one that serves.' })),
    newest_revision: Type.Integer(),
    workers: Type.Integer(),
    resource_use: Type.Optional(
      Type.Object(
        {
          workers_ready: Type.Integer(),
          workers_wanted: Type.Integer(),
          worker_deaths: Type.Integer({ description: 'Workers that ended and should not have.' }),
          requests_waiting: Type.Integer(),
          cpu_seconds: Type.Number({ description: 'Of its workers, since its revision began to serve here.' }),
          memory_bytes: Type.Integer({ description: 'What its workers hold that is their own.' }),
        },
        { description: 'Of the revision that serves, now.' },
      ),
    ),
    request_timeout: Type.Number({ description: 'Seconds.' }),
    created_at: time,
    updated_at: time,
  },
  { $id: 'Deployment' },
)
export type DeploymentMessage = Static<typeof DeploymentMessage>
export const DeploymentList = listOf(DeploymentMessage)

export const EndpointMessage = Type.Object(
  {
    name: Type.String(),
    version: Type.Integer({ description: 'Pass it back with a change to make sure that nobody else changed it.' }),
    scoring_uri: Type.String(),
    openapi_uri: Type.String(),
    auth_mode: Type.String(),
    description,
    traffic: percents,
    mirror_traffic: percents,
    previous_traffic: Type.Optional(percents),
    routing: RoutingMessage,
    deployments: Type.Array(DeploymentMessage),
    tags: texts,
    properties: texts,
    created_at: time,
    updated_at: time,
  },
  { $id: 'Endpoint' },
)
export type EndpointMessage = Static<typeof EndpointMessage>
export const EndpointList = listOf(EndpointMessage)

const AuthMode = Type.Optional(Type.Unsafe<'none' | 'key'>(Type.Union([Type.Literal('none'), Type.Literal('key')])))
export const CreateEndpointRequest = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, description: 'Overrides what the file says.' })),
    file,
    set,
    auth_mode: AuthMode,
    description,
    tags: Type.Optional(texts),
    properties: Type.Optional(texts),
    routing: Type.Optional(RoutingMessage),
  },
  closed,
)
export type CreateEndpointRequest = Static<typeof CreateEndpointRequest>
export const ChangeEndpointRequest = Type.Object(
  {
    file,
    set,
    version,
    reason,
    auth_mode: AuthMode,
    description,
    tags: Type.Optional(texts),
    properties: Type.Optional(texts),
    traffic: Type.Optional(percents),
    mirror_traffic: Type.Optional(percents),
    routing: Type.Optional(RoutingMessage),
  },
  closed,
)
export type ChangeEndpointRequest = Static<typeof ChangeEndpointRequest>
export const RollBackRequest = Type.Object({ version, reason }, closed)
export type RollBackRequest = Static<typeof RollBackRequest>

export const DeployRequest = Type.Object(
  {
    deployment: Type.Optional(Type.String({ minLength: 1 })),
    model: Type.Optional(Type.String({ minLength: 1, description: '`azureml:NAME:VERSION` or `NAME@ALIAS`.' })),
    file: Type.Optional(Type.String({ minLength: 1, description: 'Absolute path of a deployment or endpoint YAML.' })),
  },
  closed,
)
export type DeployRequest = Static<typeof DeployRequest>
const deploymentFields = {
  model: Type.Optional(Type.String({ minLength: 1, description: '`azureml:NAME:VERSION` or `NAME@ALIAS`.' })),
  file,
  set,
  all_traffic: Type.Optional(Type.Boolean({ description: 'Gives it all traffic once it is ready.' })),
  wait: Type.Optional(Type.Boolean({ description: 'Answers when the deployment does (default), or at once.' })),
}
export const CreateDeploymentRequest = Type.Object(
  { name: Type.Optional(Type.String({ minLength: 1 })), ...deploymentFields },
  closed,
)
export type CreateDeploymentRequest = Static<typeof CreateDeploymentRequest>
export const UpdateDeploymentRequest = Type.Object(deploymentFields, closed)
export type UpdateDeploymentRequest = Static<typeof UpdateDeploymentRequest>

export const CredentialsMessage = Type.Object({ primary_key: Type.String(), secondary_key: Type.String() })
export const RegenerateKeyRequest = Type.Object(
  {
    key: Type.Unsafe<'primary' | 'secondary'>(Type.Union([Type.Literal('primary'), Type.Literal('secondary')])),
  },
  closed,
)
export type RegenerateKeyRequest = Static<typeof RegenerateKeyRequest>
export const DeploymentLogQuery = Type.Object(
  {
    offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Reads on from `next_offset` of an answer.' })),
    lines: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'Only the last lines.' })),
  },
  closed,
)
export type DeploymentLogQuery = Static<typeof DeploymentLogQuery>
export const DeploymentLogMessage = Type.Object({
  text: Type.String(),
  next_offset: Type.Integer(),
  is_at_end: Type.Boolean({ description: 'It may grow any time.' }),
})
export const InvokeRequest = Type.Object(
  {
    deployment: Type.Optional(Type.String({ minLength: 1 })),
    headers: Type.Optional(texts),
    body: Type.Unknown(),
  },
  closed,
)
export type InvokeRequest = Static<typeof InvokeRequest>
export const InvokeMessage = Type.Object({
  status: Type.Integer({ description: 'HTTP status of the scoring answer.' }),
  deployment: Type.String({ description: 'The one that answered.' }),
  request_id: Type.String({ description: 'What outcomes are reported for.' }),
  content_type: Type.String(),
  body: Type.Unknown({ description: 'Parsed where it is JSON, else its text.' }),
})
