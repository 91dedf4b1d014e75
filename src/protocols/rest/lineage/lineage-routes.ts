import { Type } from '@sinclair/typebox'
import type { LineageNode } from '../../../jobs/lineage/lineage.ts'
import { parseVersion } from '../../../registry/model-names.ts'
import type { Route } from '../../../server/route.ts'
import type { Lineage } from '../../../serving/lineage/prediction-lineage.ts'
import { texts } from '../messages.ts'
import { noRequest } from '../payloads/payload-routes.ts'

const LineageMessage = Type.Recursive(
  (Self) =>
    Type.Object({
      kind: Type.String({
        description: 'prediction, deployment, model, job, run, code, environment, data or source.',
      }),
      name: Type.String(),
      role: Type.Optional(Type.String({ description: 'What it is to the one above.' })),
      details: texts,
      from: Type.Array(Self, { description: 'What it was made of.' }),
    }),
  { $id: 'Lineage' },
)

/** Where a prediction, a model or a job is from. */
export function lineageRoutes(lineage: Lineage): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/lineage/predictions/:id',
      permission: 'read',
      summary: 'Walk a prediction back to the model, the job, the code and the data that made it.',
      response: LineageMessage,
      handler: async (request) => {
        const { id } = request.params as { id: string }
        const found = await lineage.prediction(id)
        if (found === undefined) throw noRequest(id)
        return found
      },
    },
    {
      method: 'GET',
      url: '/api/v1/lineage/models/:name/:version',
      permission: 'read',
      summary: 'Walk a model version back to what made it.',
      response: LineageMessage,
      handler: (request): Promise<LineageNode> => {
        const { name, version } = request.params as { name: string; version: string }
        return lineage.model(name, parseVersion(version))
      },
    },
    {
      method: 'GET',
      url: '/api/v1/lineage/jobs/:name',
      permission: 'read',
      summary: 'Walk a job, or a run, back to what made it.',
      response: LineageMessage,
      handler: (request): Promise<LineageNode> => lineage.job((request.params as { name: string }).name),
    },
  ]
}
