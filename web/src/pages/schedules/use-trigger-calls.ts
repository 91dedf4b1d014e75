import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { schedulesMessages } from './messages.ts'
import { baseOf, type Trigger } from './trigger-types.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { confirm } from '../../components/confirm.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface TriggerCalls {
  readonly pause: () => Promise<void>
  readonly resume: () => Promise<void>
  /** Asks first, and leads back to the list. */
  readonly remove: () => Promise<void>
  /** Has the page ask anew for everything of schedules and triggers. */
  readonly refresh: () => Promise<void>
}

/** What can be done to a schedule or trigger without filling anything in. */
export function useTriggerCalls({ kind: family, name }: Pick<Trigger, 'kind' | 'name'>): TriggerCalls {
  const texts = useMessages(schedulesMessages)
  const client = useQueryClient()
  const navigate = useNavigate()
  const path = { params: { path: { name } } }
  const base = baseOf(family)
  const refresh = (): Promise<void> =>
    client.invalidateQueries({ predicate: ({ queryKey: [, asked] }) => String(asked).startsWith(base) })
  return {
    refresh,
    pause: async () => {
      await told(answerOf(rest.POST(`${base}/{name}/pause`, path)), texts.pause.done(name))
      await refresh()
    },
    resume: async () => {
      await told(answerOf(rest.POST(`${base}/{name}/resume`, path)), texts.resume.done(name))
      await refresh()
    },
    remove: async () => {
      const { button: action, title, body, done } = texts.remove
      if (!(await confirm({ title: title(name), body, action, isDangerous: true }))) return
      if (!(await told(answerOf(rest.DELETE(`${base}/{name}`, path)), done(name)))) return
      // The list asks about each of its rows: this one is taken out before it is shown.
      const list = restQuery(base).queryKey
      client.setQueryData<{ readonly items: readonly Trigger[] }>(
        list,
        (known) => known && { ...known, items: known.items.filter((each) => each.name !== name) },
      )
      await navigate({ to: '/schedules' })
      await client.invalidateQueries({ queryKey: list })
    },
  }
}
