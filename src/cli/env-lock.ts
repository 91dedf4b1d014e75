import { choiceOf, choiceText, pathOf } from './asset-choice.ts'
import { creationOf } from './asset-create.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { EnvironmentLock } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'

const group = { group: 'env', plural: 'environments', noun: 'environment' } as const

/** Prints the exact packages of an environment; `--upgrade` resolves them anew for every later job. */
export const lockEnvironment: Command = async (invocation) => {
  const { options, terminal } = invocation
  const isUpgrade = options.has('upgrade')
  const upgrade = isUpgrade && { upgrade: true }
  const file = options.text('file')
  const choice = file === undefined ? { version: '@default', ...choiceOf(invocation, group) } : undefined
  const title = choice === undefined ? file! : choiceText(choice).replace(/@default$/, '')
  const lock = await withConnection(invocation, 'work', ({ client }) =>
    choice === undefined
      ? client.post<EnvironmentLock>('/api/v1/environment-locks', { ...creationOf(invocation), ...upgrade })
      : client.post<EnvironmentLock>(`${pathOf(group, choice)}/lock`, { ...upgrade }),
  )
  if (invocation.json) writeJson(invocation, lock)
  else {
    terminal.err(`${title}: Python ${lock.python} on ${lock.platform}, ${isUpgrade ? 'resolved anew' : 'as kept'}\n`)
    for (const note of lock.notes) terminal.err(`note: ${printable(note)}\n`)
    terminal.out(lock.requirements.map((line) => `${line}\n`).join(''))
  }
  return exitCode.ok
}
