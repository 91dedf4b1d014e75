/**
 * The places between "store" and "act" of a rollout where a kill -9 must lose nothing. The kill test takes its list from
 * here (through the variable SLUICE_CRASH_AT), so a new place is tested by being named.
 */
export const rolloutCrashPoints = {
  'rollout-stored': 'the rollout is durable, its candidate is not brought up and nobody was told',
  'rollout-deployed': 'the candidate serves, the rollout does not know it yet',
  'rollout-moved': 'a step and its traffic are durable, requests are not routed by it',
} as const

export type RolloutCrashPoint = keyof typeof rolloutCrashPoints
