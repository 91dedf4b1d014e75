/** The places between "store" and "act" of monitors where a kill -9 must lose and double nothing. */
export const monitorCrashPoints = {
  'monitor-times-found': 'a nominal time of a monitor has come, nothing of it is stored',
  'monitor-run-noted': 'a run is durable, nothing of it is computed',
  'monitor-run-computed': 'a run is computed, nothing of it is stored',
  'monitor-run-stored': 'verdicts, alerts and events of a run are durable, nobody was told',
  'alert-sent': 'a call about an alert was answered, nothing of it is stored',
} as const

export type MonitorCrashPoint = keyof typeof monitorCrashPoints
