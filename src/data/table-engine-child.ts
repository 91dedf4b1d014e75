/** The process that reads tables: answers the requests of table-engine.ts. */
import type { ChildAnswer, ChildRequest } from './table-engine-messages.ts'
import { answerTo, failureOf } from './table-sessions.ts'

process.on('disconnect', () => process.exit(0))
process.on('message', (request: ChildRequest & { readonly id: number }) => {
  const { id } = request
  answerTo(request).then(
    (result) => process.send!({ kind: 'result', id, result } satisfies ChildAnswer),
    (error: unknown) => process.send!({ kind: 'error', id, ...failureOf(error) } satisfies ChildAnswer),
  )
})
