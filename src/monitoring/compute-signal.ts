import { attributionSignal } from './signals/attribution-signal.ts'
import { customSignal } from './signals/custom-signal.ts'
import { driftSignal } from './signals/drift-signal.ts'
import { type EndpointSignalParts, endpointSignal } from './signals/endpoint-signal.ts'
import { performanceSignal } from './signals/performance-signal.ts'
import { qualitySignal } from './signals/quality-signal.ts'
import { tokenSignal } from './signals/token-signal.ts'
import type { SignalResult } from './signals/signal-result.ts'
import type { SignalParts, SignalWork } from './signals/signal-tables.ts'

export interface ComputeParts extends SignalParts, EndpointSignalParts {}

/** Computes a signal of a run. What cannot be computed as it is written throws an error below 500. */
export function computeSignal(parts: ComputeParts, work: SignalWork): Promise<SignalResult> {
  switch (work.signal.type) {
    case 'data_drift':
    case 'prediction_drift':
      return driftSignal(parts, work)
    case 'data_quality':
      return qualitySignal(parts, work)
    case 'custom':
      return customSignal(parts, work)
    case 'feature_attribution_drift':
      return attributionSignal(parts, work)
    case 'model_performance':
      return performanceSignal(parts, work)
    case 'generation_token_statistics':
      return tokenSignal(parts, work)
    case 'endpoint_performance':
      return endpointSignal(parts, work)
  }
}
