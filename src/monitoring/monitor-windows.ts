import type { DataWindow, SignalData } from '../spec/monitors/monitor-document.ts'
import { fireTimes } from '../spec/schedules/fire-times.ts'
import { previousTime } from '../spec/schedules/due-times.ts'
import type { Monitor, MonitorRun, TimeWindow } from './monitor.ts'

/**
 * The part of the production data that a run looks at; by default what came since the run before. A run that says from
 * when on looks from there, but a window between two fixed times stays what it is.
 */
export function productionWindow(
  { definition, createdMs }: Pick<Monitor, 'definition' | 'createdMs'>,
  { nominalMs, fromMs }: Pick<MonitorRun, 'nominalMs' | 'fromMs'>,
  data: Pick<SignalData, 'window'> | undefined,
): TimeWindow {
  const window = data?.window
  if (window?.kind === 'fixed') return window
  const endMs = nominalMs - (window?.offsetMs ?? 0)
  // What is asked for may lie after the end that an offset leaves: then nothing is there, rather than a window backwards.
  if (fromMs !== undefined) return { startMs: Math.min(fromMs, endMs), endMs }
  return { startMs: endMs - (window?.sizeMs ?? periodOf({ definition, createdMs }, nominalMs)), endMs }
}

/** The part of the reference: as its window says, else the one just before the production window, as long as that. */
export function referenceWindow(
  production: TimeWindow,
  { nominalMs }: Pick<MonitorRun, 'nominalMs'>,
  window: DataWindow | undefined,
): TimeWindow {
  if (window?.kind === 'fixed') return window
  const endMs = window?.offsetMs === undefined ? production.startMs : nominalMs - window.offsetMs
  return { startMs: endMs - (window?.sizeMs ?? production.endMs - production.startMs), endMs }
}

/** The time between two runs, as it is at this one. */
function periodOf({ definition, createdMs }: Pick<Monitor, 'definition' | 'createdMs'>, nominalMs: number): number {
  const times = fireTimes(definition.timing, createdMs)
  // A run by hand stands between two times: it looks as far back as the one that is to come will.
  const next = times.next(nominalMs - 1)
  const before = next === undefined ? nominalMs : previousTime(times, next)
  const periodMs = (next ?? nominalMs) - before
  return periodMs > 0 ? periodMs : dayMs
}

const dayMs = 86_400_000
