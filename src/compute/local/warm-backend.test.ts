import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { mlflowClients, pythonEnvironment } from '../../../e2e/python-environments.mjs'
import { systemClock } from '../../../test/system-clock.ts'
import { computeBackendContract } from '../compute-backend.contract.ts'
import type { ComputeBackend } from '../compute-backend.ts'
import { localBackend } from './index.ts'

/** A script that becomes the command of the contract, so that every start of it is a fork of a warm interpreter. */
const becomesCommand = `import os
os.execvp("bash", ["bash", "command.sh"])
`
const folder = mkdtempSync(join(tmpdir(), 'sluice-warm-contract-'))
writeFileSync(join(folder, 'become.py'), becomesCommand)
after(() => rmSync(folder, { recursive: true, force: true }))
const python = await pythonEnvironment(mlflowClients[2.22])
const warmHost = join(import.meta.dirname, '../../../python/src/sluiceworks/warm_host.py')

async function warmBackend(): Promise<ComputeBackend> {
  const backend = localBackend({ cpu: 2, clock: systemClock, warmHost })
  return {
    slots: backend.slots,
    run: (attempt) => {
      copyFileSync(join(folder, 'become.py'), join(attempt.workingFolder, 'become.py'))
      writeFileSync(join(attempt.workingFolder, 'command.sh'), attempt.command)
      return backend.run({ ...attempt, warm: { python, words: ['python', 'become.py'], isAskedFor: true } })
    },
    adopt: (attempt) => backend.adopt(attempt),
    cancel: (attempt, graceMs) => backend.cancel(attempt, graceMs),
    close: () => backend.close(),
  }
}

computeBackendContract('warm interpreters', warmBackend)
