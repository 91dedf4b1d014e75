import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../../access/principal.ts'
import type { AssetCatalogue } from '../../../assets/asset-catalogue.ts'
import type { JobService } from '../../../jobs/job-service.ts'
import type { Route } from '../../../server/route.ts'
import type { ComponentCommon } from '../../../spec/documents.ts'
import { runComponent } from '../../../triggers/run-component.ts'
import { choiceOf } from '../asset-routes.ts'
import { JobMessage } from '../messages.ts'
import { toJobMessage } from '../translate.ts'
import { ComponentJobRequest } from './messages.ts'

/** What running a component asks of the server. */
export interface ComponentJobParts {
  readonly catalogue: Pick<AssetCatalogue, 'get'>
  readonly jobs: Pick<JobService, 'submit'>
  readonly principalOf: (request: FastifyRequest) => Principal
}

/** A job of one registered component. */
export function componentJobRoutes({ catalogue, jobs, principalOf }: ComponentJobParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/components/:name/versions/:version/jobs',
      permission: 'write',
      summary: 'Submit a job of this component alone; values are held to what a published pipeline takes.',
      body: ComponentJobRequest,
      response: JobMessage,
      successStatus: 201,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        const body = request.body as ComponentJobRequest
        const { version, definition } = await catalogue.get({ kind: 'component', name }, choiceOf(request))
        const job = await runComponent(jobs, {
          ...{ name, version, values: body.inputs, submittedBy: principalText(principalOf(request)) },
          // As it was stored by `packComponent`.
          inputs: definition['inputs'] as unknown as ComponentCommon['inputs'],
          ...(body.experiment_name !== undefined && { experimentName: body.experiment_name }),
          ...(body.display_name !== undefined && { displayName: body.display_name }),
        })
        return toJobMessage(job)
      },
    },
  ]
}
