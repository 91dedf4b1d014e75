import { SluiceError } from '../base/errors.ts'
import { crashPoints, type CrashPoint } from '../jobs/crash-points.ts'
import { rolloutCrashPoints, type RolloutCrashPoint } from '../serving/rollout/crash-points.ts'
import { firingCrashPoints } from '../triggers/trigger-runner.ts'

type Point = CrashPoint | RolloutCrashPoint | keyof typeof firingCrashPoints

const points = { ...crashPoints, ...firingCrashPoints, ...rolloutCrashPoints }

/**
 * The kill test's way in: this process kills itself at the point that the variable names. Throws `invalid-setting` for
 * one that does not exist.
 */
export function reachPoint(crashAt: string | undefined): (point: Point) => void {
  if (crashAt === undefined) return () => undefined
  if (!(crashAt in points)) {
    throw new SluiceError('invalid-setting', `There is no crash point "${crashAt}".`, {
      hint: `They are ${Object.keys(points).join(', ')}.`,
    })
  }
  return (point) => {
    if (point === crashAt) process.kill(process.pid, 'SIGKILL')
  }
}
