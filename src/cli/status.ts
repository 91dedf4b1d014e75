import { SluiceError } from '../base/errors.ts'
import type { Command } from './command.ts'
import { writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { restClient } from './link/rest-client.ts'
import { liveServer } from './link/server-record.ts'
import type { Status } from './rest-types.ts'
import { textFields } from './terminal/text-table.ts'

/** Shows the server; it is not started for this, so that none running is an answer (exit code 8). */
export const status: Command = async (invocation) => {
  const { settings, json, terminal } = invocation
  const live = settings.url === undefined ? await liveServer(settings.data) : { url: settings.url }
  if (live === undefined)
    throw new SluiceError('server-unreachable', `No server runs for ${settings.data}.`, {
      hint: 'Start one with: sluice up --detach (commands also work without one)',
    })
  const client = restClient(live.url)
  try {
    const found = await client.get<Status>('/api/v1/status')
    if (json) writeJson(invocation, found)
    else terminal.out(statusText(found))
  } finally {
    client.close()
  }
  return exitCode.ok
}

function statusText(found: Status): string {
  return textFields([
    ['url', found.url],
    ['version', found.version],
    ['pid', String(found.pid)],
    ['data', found.data_folder],
    ['database', found.database],
    ['started', found.started_at],
    ['jobs', `${found.jobs.running} running, ${found.jobs.queued} queued`],
    ['memory', `${Math.round(found.memory_bytes / 1024 / 1024)} MB`],
  ])
}
