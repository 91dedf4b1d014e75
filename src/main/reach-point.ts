import { SluiceError } from '../base/errors.ts'
import { crashPoints, type CrashPoint } from '../jobs/crash-points.ts'
import { rolloutCrashPoints, type RolloutCrashPoint } from '../serving/rollout/crash-points.ts'
import { type MonitorCrashPoint, monitorCrashPoints } from '../monitoring/crash-points.ts'
import { firingCrashPoints } from '../triggers/trigger-runner.ts'

type Point = CrashPoint | MonitorCrashPoint | RolloutCrashPoint | keyof typeof firingCrashPoints

const pointsOf = {
  jobs: crashPoints,
  firings: firingCrashPoints,
  monitors: monitorCrashPoints,
  rollouts: rolloutCrashPoints,
}

/**
 * The kill tests' way in: this process kills itself at the point that the variable names. Throws `invalid-setting` for
 * one that does not exist, with a list by what meets them: each test takes the points that its subject meets.
 */
export function reachPoint(crashAt: string | undefined): (point: Point) => void {
  if (crashAt === undefined) return () => undefined
  if (!Object.values(pointsOf).some((named) => crashAt in named)) {
    throw new SluiceError('invalid-setting', `There is no crash point "${crashAt}".`, {
      hint: Object.entries(pointsOf)
        .map(([what, named]) => `Points of ${what}: ${Object.keys(named).join(', ')}.`)
        .join(' '),
    })
  }
  return (point) => {
    if (point === crashAt) process.kill(process.pid, 'SIGKILL')
  }
}
