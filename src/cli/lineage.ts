import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { printable } from './terminal/terminal.ts'

interface LineageNode {
  readonly kind: string
  readonly name: string
  readonly role?: string
  readonly details: Readonly<Record<string, string>>
  readonly from: readonly LineageNode[]
}

/** Walks back from a request. */
export const predictionLineage: Command = (invocation) =>
  show(invocation, `predictions/${encodeURIComponent(invocation.arguments[0]!)}`)

/** Walks back from a version of a registered model. */
export const modelLineage: Command = (invocation) => {
  const given = invocation.arguments[0]!
  const [, name, version] = /^(?:azureml:)?(.+):([^:]+)$/.exec(given) ?? []
  if (name === undefined || version === undefined) {
    throw new SluiceError('invalid-request', `${JSON.stringify(given)} does not name a version of a model.`, {
      hint: 'Write NAME:VERSION, e.g. diabetes:7; list them with: sluice model show NAME',
    })
  }
  return show(invocation, `models/${encodeURIComponent(name)}/${encodeURIComponent(version)}`)
}

/** Walks back from a job. */
export const jobLineage: Command = (invocation) =>
  show(invocation, `jobs/${encodeURIComponent(invocation.arguments[0]!)}`)

async function show(invocation: Invocation, path: string): Promise<number> {
  const node = await withConnection(invocation, 'work', ({ client }) =>
    client.get<LineageNode>(`/api/v1/lineage/${path}`),
  )
  if (invocation.json) writeJson(invocation, node)
  else invocation.terminal.out(`${linesOf(node).join('\n')}\n`)
  return exitCode.ok
}

const shortDigest = 12

/** A line for each node, with its facts below it, children indented behind a line. */
function linesOf(node: LineageNode): readonly string[] {
  const name = /^[0-9a-f]{64}$/.test(node.name) ? `sha256:${node.name.slice(0, shortDigest)}` : node.name
  const heading = printable(`${node.kind} ${name}${node.role === undefined ? '' : `  (${node.role})`}`)
  const isParent = node.from.length > 0
  const facts = Object.entries(node.details).map(([key, value]) => {
    const text = /^[0-9a-f]{64}$/.test(value) ? `sha256:${value.slice(0, shortDigest)}` : value
    return printable(`${isParent ? '│ ' : '  '}${key.replaceAll('_', ' ')}: ${text.replaceAll(/\s+/g, ' ')}`)
  })
  const children = node.from.flatMap((child, index) => {
    const isLast = index === node.from.length - 1
    return linesOf(child).map((line, at) => `${at === 0 ? (isLast ? '└ ' : '├ ') : isLast ? '  ' : '│ '}${line}`)
  })
  return [heading, ...facts, ...children]
}
