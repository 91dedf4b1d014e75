import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/principal.ts'
import { SluiceError } from '../../../base/errors.ts'
import type { MonitorChange, Monitors, MonitorView } from '../../../monitoring/monitors.ts'
import type { Route } from '../../../server/route.ts'
import type { MonitorDocument } from '../../../spec/monitors/monitor-document.ts'
import { documentOf } from '../asset-document.ts'
import { CreateRequest } from '../asset-messages.ts'
import { wireTime } from '../translate.ts'
import {
  AcknowledgeRequest,
  AlertList,
  AlertQuery,
  BreachList,
  BreachMessage,
  DeliveryList,
  LimitQuery,
  MonitorList,
  MonitorMessage,
  MonitorRunList,
  MonitorRunMessage,
  MonitorRunRequest,
  MuteRequest,
  RetrainingMessage,
  RunWithVerdicts,
  TimedVerdictList,
  UnmuteRequest,
  VerdictQuery,
} from './monitor-messages.ts'
import {
  toAlertMessage,
  toBreachMessage,
  toDeliveryMessage,
  toMonitorMessage,
  toRetrainingMessage,
  toRunMessage,
  toVerdictMessage,
} from './translate-monitor.ts'

/** What the routes of monitors ask of the server. */
export interface MonitorRouteParts {
  readonly monitors: Pick<Monitors, keyof Monitors>
  readonly localToken: string
  readonly firesByItself: boolean
  readonly principalOf: (request: FastifyRequest) => Principal
}

const base = '/api/v1/monitors'
const one = `${base}/:name`
const shownTimes = 3

/** Making, changing, looking at and running monitors; their verdicts and alerts. */
export function monitorRoutes(parts: MonitorRouteParts): readonly Route[] {
  return [
    ...documentRoutes(parts),
    ...statusRoutes(parts),
    ...runRoutes(parts),
    ...breachRoutes(parts),
    ...alertRoutes(parts),
  ]
}

function documentRoutes(parts: MonitorRouteParts): readonly Route[] {
  const { monitors, localToken, principalOf } = parts
  const read = (request: FastifyRequest): Promise<MonitorDocument> =>
    documentOf(request, { localToken, family: 'monitor', kinds: ['monitor'] })
  return [
    {
      method: 'GET',
      url: base,
      permission: 'read',
      summary: 'List monitors by name, each with its newest run and its open alerts.',
      response: MonitorList,
      handler: async () => ({ items: (await monitors.list()).map((view) => shown(parts, view)) }),
    },
    {
      method: 'GET',
      url: one,
      permission: 'read',
      summary: 'Show a monitor with its newest run and its open alerts.',
      response: MonitorMessage,
      handler: async (request) => shown(parts, await monitors.get(nameOf(request))),
    },
    {
      method: 'POST',
      url: base,
      permission: 'manage',
      summary: 'Create a monitor: a schedule with create_monitor.',
      body: CreateRequest,
      response: MonitorMessage,
      successStatus: 201,
      handler: async (request) => shown(parts, await monitors.create(await read(request), principalOf(request))),
    },
    {
      method: 'PUT',
      url: one,
      permission: 'manage',
      summary: 'Replace what a monitor says; its runs and alerts stay.',
      body: CreateRequest,
      response: MonitorMessage,
      handler: async (request) => {
        const document = await read(request)
        const name = nameOf(request)
        if (document.name !== name)
          throw new SluiceError('invalid-request', `The document describes "${document.name}", not "${name}".`, {
            hint: `Give it the name ${name}, or create another monitor.`,
          })
        return shown(parts, await monitors.update(document, principalOf(request)))
      },
    },
    {
      method: 'DELETE',
      url: one,
      permission: 'manage',
      summary: 'Remove a monitor with its runs, verdicts and alerts; jobs that it started stay.',
      successStatus: 204,
      handler: async (request, reply) => {
        await monitors.delete(changeOf(parts, request))
        return reply.send()
      },
    },
  ]
}

function statusRoutes(parts: MonitorRouteParts): readonly Route[] {
  const { monitors } = parts
  const verbs = [
    ['pause', 'Have a monitor run no more by itself until it is resumed.'],
    ['resume', 'Let a monitor run again; times that came meanwhile do not count.'],
  ] as const
  return verbs.map(([verb, summary]) => ({
    method: 'POST',
    url: `${one}/${verb}`,
    permission: 'manage',
    summary,
    response: MonitorMessage,
    handler: async (request) => shown(parts, await monitors[verb](changeOf(parts, request))),
  }))
}

function runRoutes(parts: MonitorRouteParts): readonly Route[] {
  const { monitors } = parts
  return [
    {
      method: 'POST',
      url: `${one}/run`,
      permission: 'write',
      summary: 'Compute the signals of a monitor now, or as if it were another time, or since a time; paused or not.',
      body: MonitorRunRequest,
      response: MonitorRunMessage,
      successStatus: 202,
      handler: async (request) => {
        const { at, since } = request.body as { at?: string; since?: string }
        const times = {
          ...(at !== undefined && { atMs: Date.parse(at) }),
          ...(since !== undefined && { fromMs: Date.parse(since) }),
        }
        return toRunMessage(await monitors.run(changeOf(parts, request), times))
      },
    },
    {
      method: 'GET',
      url: `${one}/runs`,
      permission: 'read',
      summary: 'List the runs of a monitor, the newest first.',
      query: LimitQuery,
      response: MonitorRunList,
      handler: async (request) => ({
        items: (await monitors.runs(nameOf(request), limitOf(request))).map(toRunMessage),
      }),
    },
    {
      method: 'GET',
      url: `${one}/runs/:run`,
      permission: 'read',
      summary: 'Show a run with its verdicts and the distributions behind them.',
      response: RunWithVerdicts,
      handler: async (request) => {
        const { run: id } = request.params as { run: string }
        const { run, verdicts } = await monitors.runOf(nameOf(request), id)
        return { ...toRunMessage(run), verdicts: verdicts.map(toVerdictMessage) }
      },
    },
    {
      method: 'GET',
      url: `${one}/verdicts`,
      permission: 'read',
      summary: 'List verdicts over time, the newest first: of all features, or of one signal or feature.',
      query: VerdictQuery,
      response: TimedVerdictList,
      handler: async (request) => {
        const { since, limit = 1000, ...filter } = request.query as VerdictQuery
        const wanted = { ...filter, limit, ...(since !== undefined && { sinceMs: Date.parse(since) }) }
        const found = await monitors.verdicts(nameOf(request), wanted)
        return {
          items: found.map((verdict) => ({
            ...toVerdictMessage(verdict),
            run: verdict.runId,
            nominal_time: wireTime(verdict.nominalMs),
          })),
        }
      },
    },
  ]
}

function breachRoutes(parts: MonitorRouteParts): readonly Route[] {
  const { monitors } = parts
  return [
    {
      method: 'GET',
      url: `${one}/breaches`,
      permission: 'read',
      summary: 'List the jobs that on_breach started, and why others were not, the newest first.',
      query: LimitQuery,
      response: BreachList,
      handler: async (request) => ({
        items: (await monitors.breaches(nameOf(request), limitOf(request))).map(toBreachMessage),
      }),
    },
    {
      method: 'GET',
      url: `${one}/retraining`,
      permission: 'read',
      summary: 'Say what retraining would start, and with which values; start nothing.',
      response: RetrainingMessage,
      handler: async (request) => toRetrainingMessage(await monitors.previewRetraining(nameOf(request))),
    },
    {
      method: 'POST',
      url: `${one}/retrain`,
      permission: 'write',
      summary: 'Start what on_breach names now, with the values of the newest breach, whatever cooldown and limit say.',
      response: BreachMessage,
      successStatus: 202,
      handler: async (request) => toBreachMessage(await monitors.retrain(changeOf(parts, request))),
    },
  ]
}

function alertRoutes(parts: MonitorRouteParts): readonly Route[] {
  const { monitors } = parts
  return [
    {
      method: 'GET',
      url: '/api/v1/alerts',
      permission: 'read',
      summary: 'List alerts of all monitors, the newest first; with open=true those that are not resolved.',
      query: AlertQuery,
      response: AlertList,
      handler: async (request) => {
        const { open = false } = request.query as AlertQuery
        return { items: (await monitors.alerts({ isOpen: open, limit: limitOf(request) })).map(toAlertMessage) }
      },
    },
    {
      method: 'GET',
      url: `${one}/alerts`,
      permission: 'read',
      summary: 'List alerts of a monitor, the newest first; with open=true those that are not resolved.',
      query: AlertQuery,
      response: AlertList,
      handler: async (request) => {
        const { open = false } = request.query as AlertQuery
        const found = await monitors.alerts({ name: nameOf(request), isOpen: open, limit: limitOf(request) })
        return { items: found.map(toAlertMessage) }
      },
    },
    {
      method: 'GET',
      url: `${one}/deliveries`,
      permission: 'read',
      summary: 'List mails and calls about the alerts of a monitor, the newest first.',
      query: LimitQuery,
      response: DeliveryList,
      handler: async (request) => ({
        items: (await monitors.deliveries(nameOf(request), limitOf(request))).map(toDeliveryMessage),
      }),
    },
    ...attentionRoutes(parts),
  ]
}

function attentionRoutes(parts: MonitorRouteParts): readonly Route[] {
  const { monitors } = parts
  return [
    {
      method: 'POST',
      url: `${one}/acknowledge`,
      permission: 'write',
      summary: 'Say that somebody has seen the open alerts of a monitor, or of one signal.',
      body: AcknowledgeRequest,
      response: AlertList,
      handler: async (request) => {
        const body = request.body as { signal?: string; note?: string }
        return { items: (await monitors.acknowledge({ ...changeOf(parts, request), ...body })).map(toAlertMessage) }
      },
    },
    {
      method: 'POST',
      url: `${one}/mute`,
      permission: 'write',
      summary: 'Have nobody told and nothing started of a monitor, or of one signal.',
      body: MuteRequest,
      response: MonitorMessage,
      handler: async (request) => {
        const { for: seconds, signal } = request.body as { for?: number; signal?: string }
        const wanted = {
          ...changeOf(parts, request),
          ...(signal !== undefined && { signal }),
          ...(seconds !== undefined && { forMs: seconds * 1000 }),
        }
        return shown(parts, await monitors.mute(wanted))
      },
    },
    {
      method: 'POST',
      url: `${one}/unmute`,
      permission: 'write',
      summary: 'Take the mute of a signal, or without one all mutes of a monitor, away.',
      body: UnmuteRequest,
      response: MonitorMessage,
      handler: async (request) => {
        const body = request.body as { signal?: string }
        return shown(parts, await monitors.unmute({ ...changeOf(parts, request), ...body }))
      },
    },
  ]
}

function shown({ monitors, firesByItself }: MonitorRouteParts, view: MonitorView): MonitorMessage {
  return toMonitorMessage(view, { next: monitors.next(view, shownTimes), runsByItself: firesByItself })
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}

function limitOf(request: FastifyRequest): number {
  return (request.query as LimitQuery).limit ?? 50
}

function changeOf({ principalOf }: MonitorRouteParts, request: FastifyRequest): MonitorChange {
  return { name: nameOf(request), by: principalOf(request) }
}
