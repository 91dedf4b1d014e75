import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { modelField, refuseExisting, summaryOf, writeNewFile } from './outgoing-model.ts'
import { printable } from './terminal/terminal.ts'
import { textFields } from './terminal/text-table.ts'

interface Tensor {
  readonly name: string
  readonly type: string
  readonly shape: readonly (number | string | null)[]
}

interface Report {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly columns: readonly string[]
  readonly rows: number
  readonly max_difference: number
  readonly opset: number
}

/** Writes a model as ONNX once its predictions on the example were compared; what is there is never overwritten. */
export const exportModel: Command = async (invocation) => {
  const { options, terminal, workingFolder } = invocation
  const model = invocation.arguments[0]!
  const format = options.text('format') ?? 'onnx'
  if (format !== 'onnx')
    throw new SluiceError('invalid-request', `There is no format "${format}".`, { hint: 'There is: onnx.' })
  const name = basename(model).replace(/[:@].*$/, '')
  const target = resolve(workingFolder, options.text('output') ?? `${name}.onnx`)
  refuseExisting(target)
  const example = await exampleOf(invocation)
  const report = await withConnection(invocation, 'work', async ({ client }) => {
    terminal.err(`Exporting ${model} ...\n`)
    const body = { ...modelField(model, workingFolder), format, ...(example !== undefined && { example }) }
    const bytes = await client.postStream('/api/v1/model-exports', body)
    await writeNewFile(target, bytes)
    return summaryOf<Report>(bytes.headers)
  })
  if (invocation.json) writeJson(invocation, { ...report, format, path: target })
  else {
    terminal.out(`${target}\n`)
    terminal.err(reportText(report))
  }
  return exitCode.ok
}

async function exampleOf({ options, workingFolder }: Invocation): Promise<unknown> {
  const file = options.text('example')
  if (file === undefined) return undefined
  const text = await readFile(resolve(workingFolder, file), 'utf8').catch(() => {
    throw new SluiceError('input-not-found', `There is no file ${file}.`)
  })
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new SluiceError('invalid-request', `${file} is not JSON: ${messageOf(error)}.`)
  }
}

function reportText({ inputs, outputs, columns, rows, max_difference: difference, opset }: Report): string {
  const tensor = ({ name, type, shape }: Tensor): string =>
    printable(`${name}: ${type} [${shape.map((size) => size ?? '?').join(', ')}]`)
  const compared = `${rows} ${rows === 1 ? 'row' : 'rows'}`
  return textFields([
    ['inputs', inputs.map(tensor).join('; ')],
    ['columns', printable(columns.join(', '))],
    ['outputs', outputs.map(tensor).join('; ')],
    ['opset', String(opset)],
    ['largest difference', `${difference} on ${compared} of the example`],
  ])
}
