import type { FastifyRequest } from 'fastify'
import type { Route } from '../../server/route.ts'
import {
  CreateDeploymentRequest,
  DeploymentList,
  DeploymentLogMessage,
  DeploymentLogQuery,
  DeploymentMessage,
  UpdateDeploymentRequest,
} from './endpoint-messages.ts'
import type { EndpointRouteParts } from './endpoint-routes.ts'
import type { DeploymentSettings } from './endpoint-service.ts'
import { toDeploymentMessage } from './endpoint-translate.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'

const all = '/api/v1/endpoints/:name/deployments'
const one = `${all}/:deployment`
/** What anybody may set of a deployment: none of it can name a file of the server's machine. */
const harmless = new Set(['instance_count', 'environment_variables', 'request_settings', 'description', 'tags'])

/** The deployments of an endpoint, one by one, and their logs. */
export function deploymentRoutes(parts: EndpointRouteParts): readonly Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts)]
}

function readingRoutes({ endpoints }: EndpointRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: all,
      permission: 'read',
      summary: 'List the deployments of an endpoint.',
      response: DeploymentList,
      handler: async (request) => {
        const { name } = namesOf(request)
        return { items: (await endpoints.get(name)).deployments.map(toDeploymentMessage) }
      },
    },
    {
      method: 'GET',
      url: one,
      permission: 'read',
      summary: 'Show a deployment.',
      response: DeploymentMessage,
      handler: async (request) => {
        const { name, deployment } = namesOf(request)
        return toDeploymentMessage(await endpoints.getDeployment(name, deployment))
      },
    },
    {
      method: 'GET',
      url: `${one}/log`,
      permission: 'read',
      summary: 'Read the log of a deployment: from an offset, or its last lines.',
      query: DeploymentLogQuery,
      response: DeploymentLogMessage,
      handler: async (request) => {
        const { name, deployment } = namesOf(request)
        const { offset = 0, lines } = request.query as DeploymentLogQuery
        const part = { endpoint: name, deployment, offset, ...(lines !== undefined && { lines }) }
        const { text, nextOffset, isAtEnd } = await endpoints.deploymentLog(part)
        return { text, next_offset: nextOffset, is_at_end: isAtEnd }
      },
    },
  ]
}

function changingRoutes({ endpoints, localToken }: EndpointRouteParts): readonly Route[] {
  const settingsOf = (request: FastifyRequest): DeploymentSettings => {
    const { model, file, set = {}, all_traffic, wait } = request.body as UpdateDeploymentRequest
    const isHarmless = Object.keys(set).every((path) => harmless.has(path.split('.')[0]!))
    if (file !== undefined || !isHarmless) requireLocalCaller(request, localToken)
    return {
      endpoint: namesOf(request).name,
      ...(model !== undefined && { model }),
      ...(file !== undefined && { file: requireAbsolute(file) }),
      set,
      isForAllTraffic: all_traffic === true,
      isAwaited: wait !== false,
    }
  }
  return [
    {
      method: 'POST',
      url: all,
      permission: 'manage',
      summary: 'Make a deployment of a model or of a file; answers when it does.',
      body: CreateDeploymentRequest,
      response: DeploymentMessage,
      successStatus: 201,
      handler: async (request, reply) => {
        const { name: deployment } = request.body as CreateDeploymentRequest
        const wanted = { ...settingsOf(request), ...(deployment !== undefined && { deployment }) }
        return reply.code(201).send(toDeploymentMessage(await endpoints.createDeployment(wanted)))
      },
    },
    {
      method: 'PATCH',
      url: one,
      permission: 'manage',
      summary: 'Replace what a deployment serves, without a failed request; what is not given stays.',
      body: UpdateDeploymentRequest,
      response: DeploymentMessage,
      handler: async (request) => {
        const wanted = { ...settingsOf(request), deployment: namesOf(request).deployment }
        return toDeploymentMessage(await endpoints.updateDeployment(wanted))
      },
    },
    {
      method: 'DELETE',
      url: one,
      permission: 'manage',
      summary: 'Remove a deployment; refused while it takes traffic.',
      successStatus: 204,
      handler: async (request, reply) => {
        const { name, deployment } = namesOf(request)
        await endpoints.deleteDeployment(name, deployment)
        return reply.send()
      },
    },
  ]
}

function namesOf(request: FastifyRequest): { readonly name: string; readonly deployment: string } {
  return request.params as { name: string; deployment: string }
}
