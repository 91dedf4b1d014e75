import { SluiceError } from '../base/errors.ts'
import { withConnection, writeJson, type Command, type Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

interface Comment {
  readonly id: string
  readonly body: string
  readonly author: string
  readonly created_at: string
  readonly updated_at?: string
}

/** Says something of a run, a model or a version of one. */
export const createComment: Command = async (invocation) => {
  const path = `${subjectPath(invocation)}/comments`
  const body = invocation.arguments[0]!
  const made = await withConnection(invocation, 'work', ({ client }) => client.post<Comment>(path, { body }))
  return show(invocation, made, `${made.id}\n`)
}

export const listComments: Command = async (invocation) => {
  const path = `${subjectPath(invocation)}/comments`
  const page = await withConnection(invocation, 'look', ({ client }) => client.get<Page<Comment>>(path))
  const rows = page.items.map((one) => [one.id, one.created_at, printable(one.author), printable(one.body)])
  return show(invocation, page, textTable(['id', 'at', 'by', 'comment'], rows))
}

export const updateComment: Command = async (invocation) => {
  const [id, body] = invocation.arguments as readonly [string, string]
  const changed = await withConnection(invocation, 'work', ({ client }) =>
    client.patch<Comment>(`/api/v1/comments/${encodeURIComponent(id)}`, { body }),
  )
  return show(invocation, changed, `${changed.id}\n`)
}

export const deleteComment: Command = async (invocation) => {
  const id = invocation.arguments[0]!
  await withConnection(invocation, 'work', ({ client }) => client.delete(`/api/v1/comments/${encodeURIComponent(id)}`))
  return show(invocation, { deleted: id }, `Deleted ${printable(id)}.\n`)
}

function show(invocation: Invocation, value: unknown, text: string): number {
  if (invocation.json) writeJson(invocation, value)
  else invocation.terminal.out(text)
  return exitCode.ok
}

function subjectPath({ options }: Invocation): string {
  const [run, model, version] = [options.text('run'), options.text('model'), options.text('version')]
  const isOne = (run === undefined) !== (model === undefined) && (version === undefined || model !== undefined)
  if (!isOne) {
    throw new SluiceError('invalid-request', 'A comment is of a run, of a model or of a version of a model.', {
      hint: 'Give --run ID, --model NAME, or --model NAME --version NUMBER.',
    })
  }
  if (run !== undefined) return `/api/v1/runs/${encodeURIComponent(run)}`
  const path = `/api/v1/models/${encodeURIComponent(model!)}`
  return version === undefined ? path : `${path}/versions/${encodeURIComponent(version)}`
}
