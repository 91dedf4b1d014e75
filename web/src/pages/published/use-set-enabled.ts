import { useQueryClient } from '@tanstack/react-query'
import { publishedMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { confirm } from '../../components/confirm.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** Lets a pipeline, or one version of it, start jobs or not; asks before others are refused. */
export function useSetEnabled(name: string): (isEnabled: boolean, version?: string) => Promise<void> {
  const texts = useMessages(publishedMessages)
  const client = useQueryClient()
  return async (isEnabled, version) => {
    const called = version === undefined ? name : `${name}:${version}`
    const question = { title: texts.disableTitle(called), body: texts.disableBody, action: texts.disable }
    if (!isEnabled && !(await confirm({ ...question, isDangerous: true }))) return
    const init = { params: { path: { name } }, body: version === undefined ? {} : { version } }
    const call = isEnabled
      ? rest.POST('/api/v1/published-pipelines/{name}/enable', init)
      : rest.POST('/api/v1/published-pipelines/{name}/disable', init)
    await told(answerOf(call), isEnabled ? texts.enabled(called) : texts.disabled(called))
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/published-pipelines'] })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/published-pipelines/{name}'] })
  }
}
