/**
 * The places between "store" and "act" where a kill -9 must lose nothing, in the order a job meets them. The kill test
 * takes its list from here (through the variable SLUICE_CRASH_AT), so a new place is tested by being named.
 */
export const crashPoints = {
  'job-stored': 'the job is durable, the engine does not know it yet',
  'progress-decided': 'events are decided in memory, none of them is stored',
  'progress-stored': 'events are durable, no effect of theirs was performed',
  'attempt-prepared': 'folders and inputs of an attempt are laid out, nothing was started',
  'attempt-launched': 'the attempt was handed to the compute backend',
  'attempt-ended': 'the attempt has ended, nothing of it was collected',
  'artifacts-added': 'what it left in ./outputs is named, its outputs are not collected',
  'outputs-collected': 'its outputs are in the store, its end is not stored',
  'end-stored': 'the end of an attempt is durable, its files still lie there',
  'job-ended': 'the end of the job is durable, nobody was told',
} as const

export type CrashPoint = keyof typeof crashPoints

/** Called at each point; does nothing but in the kill test. */
export type ReachPoint = (point: CrashPoint) => void
