/**
 * Every endpoint of MLflow's protocol and who calls it: the clients 2.22 and 3.17 in `e2e/mlflow` (which compares this
 * list with what they called), and `pages`, MLflow's own web pages (read off the bundle of 3.17). Those that nobody is
 * named for are called by older clients and other programs. What begins with `/api` is also below `/ajax-api`; what is
 * written with `/ajax-api` is only there. The reference page is made of it (`npm run docs`).
 */
export interface Endpoint {
  readonly method: string
  /** With fields in braces; `{path}` at the end stands for any number of parts. */
  readonly path: string
  readonly callers: readonly string[]
}

const servedRows = `
GET /ajax-api/2.0/mlflow/get-trace-artifact                                   pages
GET /ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files             pages
POST /ajax-api/2.0/mlflow/upload-artifact                                     pages
GET /ajax-api/3.0/mlflow/get-trace-artifact                                   3.17 pages
GET /api/2.0/mlflow-artifacts/artifacts                                       2.22 3.17 pages
DELETE /api/2.0/mlflow-artifacts/artifacts/{path}                             2.22 3.17
GET /api/2.0/mlflow-artifacts/artifacts/{path}                                2.22 3.17
PUT /api/2.0/mlflow-artifacts/artifacts/{path}                                2.22 3.17
POST /api/2.0/mlflow-artifacts/mpu/abort/{path}                               2.22 3.17
POST /api/2.0/mlflow-artifacts/mpu/complete/{path}                            2.22 3.17
POST /api/2.0/mlflow-artifacts/mpu/create/{path}                              2.22 3.17
GET /api/2.0/mlflow-artifacts/presigned/{path}                                3.17 pages
GET /api/2.0/mlflow/artifacts/list                                            2.22 3.17 pages
POST /api/2.0/mlflow/experiments/create                                       2.22 3.17 pages
POST /api/2.0/mlflow/experiments/delete                                       2.22 3.17 pages
POST /api/2.0/mlflow/experiments/delete-experiment-tag                        3.17 pages
GET /api/2.0/mlflow/experiments/get                                           2.22 3.17 pages
GET /api/2.0/mlflow/experiments/get-by-name                                   2.22 3.17 pages
POST /api/2.0/mlflow/experiments/restore                                      2.22 3.17
GET /api/2.0/mlflow/experiments/search
POST /api/2.0/mlflow/experiments/search                                       2.22 3.17 pages
POST /api/2.0/mlflow/experiments/search-datasets                              pages
POST /api/2.0/mlflow/experiments/set-experiment-tag                           2.22 3.17 pages
POST /api/2.0/mlflow/experiments/update                                       2.22 3.17 pages
POST /api/2.0/mlflow/logged-models                                            3.17 pages
POST /api/2.0/mlflow/logged-models/search                                     3.17 pages
DELETE /api/2.0/mlflow/logged-models/{model_id}                               3.17 pages
GET /api/2.0/mlflow/logged-models/{model_id}                                  3.17 pages
PATCH /api/2.0/mlflow/logged-models/{model_id}                                3.17 pages
GET /api/2.0/mlflow/logged-models/{model_id}/artifacts/directories            pages
POST /api/2.0/mlflow/logged-models/{model_id}/params                          3.17
PATCH /api/2.0/mlflow/logged-models/{model_id}/tags                           3.17 pages
DELETE /api/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}                3.17
GET /api/2.0/mlflow/metrics/get-history                                       2.22 3.17 pages
GET /api/2.0/mlflow/metrics/get-history-bulk                                  pages
GET /api/2.0/mlflow/metrics/get-history-bulk-interval                         pages
POST /api/2.0/mlflow/model-versions/create                                    2.22 3.17 pages
DELETE /api/2.0/mlflow/model-versions/delete                                  2.22 3.17 pages
DELETE /api/2.0/mlflow/model-versions/delete-tag                              2.22 3.17 pages
GET /api/2.0/mlflow/model-versions/get                                        2.22 3.17 pages
GET /api/2.0/mlflow/model-versions/get-download-uri                           2.22 3.17
GET /api/2.0/mlflow/model-versions/search                                     2.22 3.17 pages
POST /api/2.0/mlflow/model-versions/set-tag                                   2.22 3.17 pages
POST /api/2.0/mlflow/model-versions/transition-stage                          2.22 3.17 pages
PATCH /api/2.0/mlflow/model-versions/update                                   2.22 3.17 pages
DELETE /api/2.0/mlflow/registered-models/alias                                2.22 3.17 pages
GET /api/2.0/mlflow/registered-models/alias                                   2.22 3.17 pages
POST /api/2.0/mlflow/registered-models/alias                                  2.22 3.17 pages
POST /api/2.0/mlflow/registered-models/create                                 2.22 3.17 pages
DELETE /api/2.0/mlflow/registered-models/delete                               2.22 3.17 pages
DELETE /api/2.0/mlflow/registered-models/delete-tag                           2.22 3.17 pages
GET /api/2.0/mlflow/registered-models/get                                     2.22 3.17 pages
GET /api/2.0/mlflow/registered-models/get-latest-versions
POST /api/2.0/mlflow/registered-models/get-latest-versions                    2.22 3.17
POST /api/2.0/mlflow/registered-models/rename                                 2.22 3.17
GET /api/2.0/mlflow/registered-models/search                                  2.22 3.17 pages
POST /api/2.0/mlflow/registered-models/set-tag                                2.22 3.17 pages
PATCH /api/2.0/mlflow/registered-models/update                                2.22 3.17 pages
POST /api/2.0/mlflow/runs/create                                              2.22 3.17 pages
POST /api/2.0/mlflow/runs/delete                                              2.22 3.17 pages
POST /api/2.0/mlflow/runs/delete-tag                                          2.22 3.17 pages
GET /api/2.0/mlflow/runs/get                                                  2.22 3.17 pages
POST /api/2.0/mlflow/runs/log-batch                                           2.22 3.17
POST /api/2.0/mlflow/runs/log-inputs                                          2.22 3.17
POST /api/2.0/mlflow/runs/log-metric                                          2.22 3.17 pages
POST /api/2.0/mlflow/runs/log-model                                           2.22
POST /api/2.0/mlflow/runs/log-parameter                                       2.22 3.17 pages
POST /api/2.0/mlflow/runs/outputs                                             3.17
POST /api/2.0/mlflow/runs/restore                                             2.22 3.17 pages
POST /api/2.0/mlflow/runs/search                                              2.22 3.17 pages
POST /api/2.0/mlflow/runs/set-tag                                             2.22 3.17 pages
POST /api/2.0/mlflow/runs/update                                              2.22 3.17 pages
GET /api/2.0/mlflow/traces                                                    2.22 pages
POST /api/2.0/mlflow/traces                                                   2.22 pages
POST /api/2.0/mlflow/traces/delete-traces                                     2.22 3.17 pages
POST /api/2.0/mlflow/traces/link-prompts                                      3.17
POST /api/2.0/mlflow/traces/link-to-run                                       3.17
PATCH /api/2.0/mlflow/traces/{request_id}                                     2.22
GET /api/2.0/mlflow/traces/{request_id}/info                                  2.22 pages
DELETE /api/2.0/mlflow/traces/{request_id}/tags                               2.22 3.17 pages
PATCH /api/2.0/mlflow/traces/{request_id}/tags                                2.22 3.17 pages
GET /api/2.0/mlflow/webhooks                                                  3.17 pages
POST /api/2.0/mlflow/webhooks                                                 3.17 pages
DELETE /api/2.0/mlflow/webhooks/{webhook_id}                                  3.17 pages
GET /api/2.0/mlflow/webhooks/{webhook_id}                                     3.17 pages
PATCH /api/2.0/mlflow/webhooks/{webhook_id}                                   3.17 pages
POST /api/2.0/mlflow/webhooks/{webhook_id}/test                               3.17 pages
POST /api/3.0/mlflow/datasets/create                                          3.17 pages
GET /api/3.0/mlflow/datasets/search                                           pages
POST /api/3.0/mlflow/datasets/search                                          3.17 pages
DELETE /api/3.0/mlflow/datasets/{dataset_id}                                  3.17 pages
GET /api/3.0/mlflow/datasets/{dataset_id}                                     3.17 pages
POST /api/3.0/mlflow/datasets/{dataset_id}/add-experiments                    3.17
GET /api/3.0/mlflow/datasets/{dataset_id}/experiment-ids
DELETE /api/3.0/mlflow/datasets/{dataset_id}/records                          3.17 pages
GET /api/3.0/mlflow/datasets/{dataset_id}/records                             3.17 pages
POST /api/3.0/mlflow/datasets/{dataset_id}/records                            3.17 pages
POST /api/3.0/mlflow/datasets/{dataset_id}/remove-experiments                 3.17
PATCH /api/3.0/mlflow/datasets/{dataset_id}/tags                              3.17
DELETE /api/3.0/mlflow/datasets/{dataset_id}/tags/{key}                       3.17
DELETE /api/3.0/mlflow/scorers/delete                                         3.17 pages
GET /api/3.0/mlflow/scorers/get                                               3.17
GET /api/3.0/mlflow/scorers/list                                              3.17 pages
GET /api/3.0/mlflow/scorers/online-configs                                    3.17 pages
POST /api/3.0/mlflow/scorers/register                                         3.17 pages
GET /api/3.0/mlflow/scorers/versions                                          3.17
GET /api/3.0/mlflow/server-info                                               3.17 pages
POST /api/3.0/mlflow/traces                                                   3.17
GET /api/3.0/mlflow/traces/batchGet                                           3.17
POST /api/3.0/mlflow/traces/batchGetInfos                                     3.17 pages
POST /api/3.0/mlflow/traces/calculate-filter-correlation                      3.17 pages
POST /api/3.0/mlflow/traces/delete-traces                                     pages
GET /api/3.0/mlflow/traces/get                                                3.17 pages
POST /api/3.0/mlflow/traces/metrics                                           pages
POST /api/3.0/mlflow/traces/search                                            3.17 pages
GET /api/3.0/mlflow/traces/{trace_id}                                         3.17 pages
POST /api/3.0/mlflow/traces/{trace_id}/assessments                            3.17 pages
DELETE /api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}          3.17 pages
GET /api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}             3.17 pages
PATCH /api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}           3.17 pages
DELETE /api/3.0/mlflow/traces/{trace_id}/tags                                 pages
PATCH /api/3.0/mlflow/traces/{trace_id}/tags                                  pages
GET /get-artifact                                                             pages
POST /graphql                                                                 pages
GET /model-versions/get-artifact                                              pages
POST /v1/traces                                                               3.17
GET /version                                                                  3.17
`

/** Answered 404 and `Not found`; `*` stands for everything below. */
export interface UnservedEndpoint {
  readonly path: string
  readonly what: string
  /** `client`: its function raises `MlflowException`, naming the path and 404. */
  readonly caller: 'client' | 'pages' | 'none'
}

export const servedEndpoints: readonly Endpoint[] = servedRows
  .trim()
  .split('\n')
  .map((row) => {
    const [method, path, ...callers] = row.trim().split(/\s+/)
    return { method: method!, path: path!, callers }
  })

export const unservedEndpoints: readonly UnservedEndpoint[] = [
  { path: '/api/2.0/mlflow/artifacts/presigned-upload-url', what: 'uploads past the server', caller: 'client' },
  { path: '/api/2.0/mlflow/artifacts/presigned-download-url', what: 'downloads past the server', caller: 'pages' },
  { path: '/api/2.0/mlflow/get-online-trace-details', what: 'traces of Databricks', caller: 'none' },
  { path: '/api/2.0/mlflow/unified-traces', what: 'traces of Databricks', caller: 'none' },
  {
    path: '/api/2.0/mlflow/traces/{trace_id}/assessments',
    what: 'assessments by clients before 3 (nor has a server of theirs this)',
    caller: 'client',
  },
  { path: '/api/2.0/mlflow/users/*', what: "users of MLflow's login", caller: 'client' },
  { path: '/api/3.0/mlflow/users/*', what: 'their permissions', caller: 'client' },
  { path: '/api/3.0/mlflow/roles/*', what: 'their roles', caller: 'client' },
  { path: '/api/3.0/mlflow/workspaces', what: 'workspaces', caller: 'client' },
  { path: '/api/3.0/mlflow/workspaces/*', what: 'workspaces', caller: 'client' },
  { path: '/api/3.0/mlflow/gateway/*', what: 'the AI gateway', caller: 'client' },
  { path: '/api/3.0/mlflow/issues', what: 'issues of traces', caller: 'client' },
  { path: '/api/3.0/mlflow/issues/*', what: 'issues of traces', caller: 'client' },
  { path: '/api/3.0/mlflow/label-schemas/*', what: 'labelling', caller: 'client' },
  { path: '/api/3.0/mlflow/review-queues/*', what: 'labelling', caller: 'client' },
  {
    path: '/api/3.0/mlflow/prompt-optimization/*',
    what: 'prompt optimization as a job of the server',
    caller: 'client',
  },
  { path: '/api/3.0/mlflow/mcp-servers', what: 'the registry of MCP servers', caller: 'client' },
  { path: '/api/3.0/mlflow/scorers/online-config', what: 'scoring of new traces by the server', caller: 'client' },
  { path: '/ajax-api/2.0/mlflow/gateway-proxy', what: 'trying out prompts', caller: 'pages' },
  { path: '/ajax-api/2.0/mlflow/runs/create-promptlab-run', what: 'trying out prompts', caller: 'pages' },
  { path: '/ajax-api/3.0/mlflow/scorer/invoke', what: 'running a judge', caller: 'pages' },
  { path: '/ajax-api/3.0/mlflow/genai/evaluate/invoke', what: 'running an evaluation', caller: 'pages' },
  { path: '/ajax-api/3.0/mlflow/jobs/*', what: "jobs of MLflow's server", caller: 'pages' },
  { path: '/ajax-api/3.0/jobs/*', what: "jobs of MLflow's server", caller: 'pages' },
  { path: '/ajax-api/3.0/mlflow/demo/*', what: 'demo data', caller: 'pages' },
  { path: '/ajax-api/3.0/mlflow/assistant/*', what: 'the assistant', caller: 'pages' },
  { path: '/ajax-api/3.0/mlflow/ui-telemetry', what: 'telemetry', caller: 'pages' },
]
