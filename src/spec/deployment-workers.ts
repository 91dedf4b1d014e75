import type { ProbeSettings, WorkerLimits } from './asset-documents.ts'
import { batchingKeys, deploymentLimitsKeys, deploymentResourcesKeys, probeKeys, scaleSettingsKeys } from './keys.ts'
import type { OnlineDeploymentDocument } from './asset-documents.ts'
import { readMemory } from './run-settings.ts'
import { defined, optional, readMapping, type Mapping } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { readBoolean, readOneOf, readWholeNumber, reportAt } from './yaml/values.ts'

/** What a deployment says of its workers; undefined when it says nothing. */
export function readWorkerLimits(mapping: Mapping): WorkerLimits | undefined {
  const readiness = optional(mapping, 'readiness_probe', readProbe)
  const liveness = optional(mapping, 'liveness_probe', readProbe)
  const startLimits = [readiness, liveness].filter((probe) => probe !== undefined).map(startLimitOf)
  const limits = defined({
    scale: optional(mapping, 'scale_settings', readScale),
    memoryLimitBytes: optional(mapping, 'resources', readMemoryLimit),
    startLimitMs: startLimits.length === 0 ? undefined : Math.min(...startLimits),
    readiness,
    liveness,
  })
  return Object.keys(limits).length > 0 ? limits : undefined
}

/** Azure's defaults of `target_utilization`; `default` is a fixed number of instances. */
function readScale(value: Value): WorkerLimits['scale'] {
  const mapping = readMapping(value, scaleSettingsKeys)
  if (mapping === undefined) return undefined
  const type = optional(mapping, 'type', readOneOf(['default', 'target_utilization'])) ?? 'default'
  const number = (key: string, [least, most]: readonly [number, number], otherwise: number): number =>
    optional(mapping, key, readWholeNumber(least, most)) ?? otherwise
  const min = number('min_instances', [0, 256], 1)
  const max = number('max_instances', [1, 256], Math.max(1, min))
  const scale = {
    ...{ min, max, targetUtilization: number('target_utilization_percentage', [1, 100], 70) / 100 },
    ...{
      pollMs: number('polling_interval', [1, 3600], 1) * 1000,
      idleMs: number('idle_seconds', [1, 604_800], 300) * 1000,
    },
  }
  if (max < min) return reportAt(value, `${value.title} has more min_instances (${min}) than max_instances (${max})`)
  return type === 'default' ? undefined : scale
}

function readMemoryLimit(value: Value): number | undefined {
  const mapping = readMapping(value, deploymentResourcesKeys)
  return (
    mapping &&
    optional(mapping, 'limits', (limits) => {
      const inside = readMapping(limits, deploymentLimitsKeys)
      return inside && optional(inside, 'memory', readMemory)
    })
  )
}

/** Azure's defaults: 10 s, then every 10 s with 2 s for an answer; one success, 30 failures. */
function readProbe(value: Value): ProbeSettings | undefined {
  const mapping = readMapping(value, probeKeys)
  if (mapping === undefined) return undefined
  const number = (key: string, least: number, otherwise: number): number =>
    optional(mapping, key, readWholeNumber(least, 86_400)) ?? otherwise
  return {
    initialDelayMs: number('initial_delay', 0, 10) * 1000,
    periodMs: number('period', 1, 10) * 1000,
    timeoutMs: number('timeout', 1, 2) * 1000,
    successThreshold: number('success_threshold', 1, 1),
    failureThreshold: number('failure_threshold', 1, 30),
  }
}

/** When Azure ML would have given up a container that never answered. */
function startLimitOf({ initialDelayMs, periodMs, failureThreshold }: ProbeSettings): number {
  return initialDelayMs + periodMs * failureThreshold
}

/** Ours: whether rows of several requests are predicted together. */
export function readBatching(value: Value): OnlineDeploymentDocument['batching'] {
  const mapping = readMapping(value, batchingKeys)
  if (mapping === undefined) return undefined
  const enabled = optional(mapping, 'enabled', readBoolean)
  return defined({ enabled, maxRows: optional(mapping, 'max_rows', readWholeNumber(1, 100_000)) })
}
