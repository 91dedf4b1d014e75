import { SluiceError } from '../base/errors.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Job } from './rest-types.ts'

/** Sets tags of a job or step (`name=value`), and removes those that `--remove` names. */
export const tagJob: Command = async (invocation) => {
  const [name, ...pairs] = invocation.arguments
  const removed = invocation.options.texts('remove')
  const tags: Record<string, string | null> = {}
  for (const key of removed) tags[key] = null
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals < 1)
      throw new SluiceError('invalid-request', `${JSON.stringify(pair)} is no tag.`, {
        hint: 'Write NAME=VALUE, or --remove NAME.',
      })
    tags[pair.slice(0, equals)] = pair.slice(equals + 1)
  }
  if (Object.keys(tags).length === 0)
    throw new SluiceError('invalid-request', 'No tag is named.', { hint: 'Write NAME=VALUE, or --remove NAME.' })
  const job = await withConnection(invocation, 'work', ({ client }) => client.patch<Job>(pathOf(name!), { tags }))
  if (invocation.json) writeJson(invocation, job)
  else for (const [key, value] of Object.entries(job.tags ?? {})) invocation.terminal.out(`${key}=${value}\n`)
  return exitCode.ok
}

/** Deletes jobs that have ended, for good. */
export const deleteJobs: Command = async (invocation) => {
  const { terminal, json, arguments: names } = invocation
  const deleted: string[] = []
  try {
    await withConnection(invocation, 'work', async ({ client }) => {
      for (const name of names) {
        await client.delete(pathOf(name))
        deleted.push(name)
        if (!json) terminal.err(`Deleted ${name}.\n`)
      }
    })
  } finally {
    if (json) writeJson(invocation, { deleted })
  }
  return exitCode.ok
}

function pathOf(name: string): string {
  return `/api/v1/jobs/${encodeURIComponent(name)}`
}
