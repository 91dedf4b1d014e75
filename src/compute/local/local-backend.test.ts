import { systemClock } from '../../../test/system-clock.ts'
import { computeBackendContract } from '../compute-backend.contract.ts'
import { localBackend } from './index.ts'

computeBackendContract('local compute', async () => localBackend({ cpu: 2, clock: systemClock }))
