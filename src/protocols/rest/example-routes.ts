import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../access/principal.ts'
import { SluiceError } from '../../base/errors.ts'
import type { JobService } from '../../jobs/job-service.ts'
import type { Route } from '../../server/route.ts'
import { listOf, SubmittedJobMessage } from './messages.ts'
import { toSubmittedMessage } from './translate.ts'

/** A pipeline that came with the program. */
export interface ShippedExample {
  /** As `sluice init` calls it. */
  readonly name: string
  /** Absolute path of the pipeline. */
  readonly file: string
  readonly description: string
  /** Their keys, in the order of the file. */
  readonly steps: readonly string[]
}

export interface ExampleRouteParts {
  readonly examples: () => Promise<readonly ShippedExample[]>
  readonly jobs: Pick<JobService, 'submit'>
  readonly principalOf: (request: FastifyRequest) => Principal
}

const ExampleMessage = Type.Object(
  {
    name: Type.String({ description: 'As `sluice init` calls it.' }),
    description: Type.String(),
    steps: Type.Array(Type.String()),
  },
  { $id: 'Example' },
)

/**
 * The shipped examples, and a job of one. Who may submit may start them from anywhere: they name no file of the machine
 * but ours, and nothing in them can be set.
 */
export function exampleRoutes({ examples, jobs, principalOf }: ExampleRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/examples',
      permission: 'read',
      summary: 'List the examples that came with the program and can be started as they are.',
      response: listOf(ExampleMessage),
      handler: async () => ({
        items: (await examples()).map(({ name, description, steps }) => ({ name, description, steps: [...steps] })),
      }),
    },
    {
      method: 'POST',
      url: '/api/v1/examples/:name/jobs',
      permission: 'write',
      summary: 'Submit the job of an example.',
      response: SubmittedJobMessage,
      successStatus: 201,
      handler: async (request) => {
        const { name } = request.params as { readonly name: string }
        const known = await examples()
        const example = known.find((each) => each.name === name)
        if (example === undefined)
          throw new SluiceError('not-found', `There is no example ${JSON.stringify(name)}.`, {
            hint: `There is: ${known.map((each) => each.name).join(', ')}.`,
          })
        const submittedBy = principalText(principalOf(request))
        return toSubmittedMessage(await jobs.submit({ file: example.file, submittedBy }))
      },
    },
  ]
}
