import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWord } from '../base/shell-word.ts'
import type { PlannedCommand } from '../plan/planned-pipeline.ts'

/** Where an attempt of a step with a `distribution` finds what it needs. */
export interface DistributedPlaces {
  /** Our Python sources: the folder that holds `sluiceworks`. */
  readonly pythonSource: string
  /** The environment's interpreter. */
  readonly python: string
  readonly attemptFolder: string
  readonly workingFolder: string
}

/**
 * The command that runs `command` as all processes of the step's distribution, on this machine, once for every instance
 * times the processes of one. It writes what the host is told (python/src/sluiceworks/distributed_host.py reads it;
 * change both). A step without a distribution, or of Ray (which starts its own processes from the first), is left as it
 * is.
 */
export function distributedCommand(command: string, step: PlannedCommand, places: DistributedPlaces): string {
  const distribution = hostedDistribution(step)
  if (distribution === undefined) return command
  const { pythonSource, python, attemptFolder, workingFolder } = places
  // Below ./outputs, so that they become artifacts of the run like everything there.
  const description = { command, distribution, logFolder: join(workingFolder, 'outputs', 'user_logs') }
  const file = join(attemptFolder, 'distributed.json')
  writeFileSync(file, JSON.stringify(description))
  // Isolated: neither the step's PYTHONPATH nor its folder can put other modules in the place of the library's.
  return [python, '-I', join(pythonSource, 'sluiceworks', 'distributed_host.py'), file].map(shellWord).join(' ')
}

function hostedDistribution({
  distribution,
  resources,
}: PlannedCommand): Readonly<Record<string, unknown>> | undefined {
  switch (distribution?.type) {
    case undefined:
    case 'ray':
      return undefined
    case 'tensorflow': {
      const { workerCount: workers = resources.instanceCount, parameterServerCount: parameterServers } = distribution
      return { type: 'tensorflow', workers, parameterServers }
    }
    case 'pytorch':
    case 'mpi': {
      const { type, processCountPerInstance: processesPerNode } = distribution
      return { type, nodes: resources.instanceCount, processesPerNode }
    }
  }
}
