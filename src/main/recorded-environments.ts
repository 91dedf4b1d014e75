import type {
  EnvironmentBuilder,
  EnvironmentHasher,
  EnvironmentInspector,
  EnvironmentKeeper,
} from '../environments/environment-builder.ts'
import type { EnvironmentBuilds } from '../environments/environment-builds.ts'

/** Everything that is asked of environments. */
export type Environments = EnvironmentBuilder & EnvironmentHasher & EnvironmentKeeper & EnvironmentInspector

/** The same environments, with every build noted: whoever asks for one, others can look on. */
export function recordedEnvironments(environments: Environments, builds: EnvironmentBuilds): Environments {
  return {
    lock: (request, options) => environments.lock(request, options),
    isBuilt: (lock) => environments.isBuilt(lock),
    build: builds.recorded(environments),
    hashed: (lock) => environments.hashed(lock),
    removeUnused: (options) => environments.removeUnused(options),
    count: () => environments.count(),
    look: (request) => environments.look(request),
  }
}
