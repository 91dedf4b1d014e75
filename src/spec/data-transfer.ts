import { isMap } from 'yaml'
import type { InputDeclaration, InputValue } from './document-parts.ts'
import type { DataTransferBody, ExternalData } from './documents.ts'
import { externalDataKeys } from './keys.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { readLiteral, readOneOf, readText, reportAt } from './yaml/values.ts'

const readTask = readOneOf(['copy_data', 'import_data', 'export_data'])
const readCopyMode = readOneOf(['merge_with_overwrite', 'fail_if_conflict'])

/** What a data transfer does, as it stands in a job, a component or a step. */
export function readDataTransfer(mapping: Mapping): DataTransferBody | undefined {
  const task = required(mapping, 'task', readTask)
  const dataCopyMode = optional(mapping, 'data_copy_mode', readCopyMode) ?? 'merge_with_overwrite'
  switch (task) {
    case undefined:
      return undefined
    case 'copy_data':
      for (const key of ['source', 'sink']) refuse(mapping, key, 'Name what to copy in "inputs", and one output.')
      return { task, dataCopyMode }
    case 'import_data': {
      refuse(mapping, 'sink', 'An import has a "source", and an output named sink.')
      const source = required(mapping, 'source', readExternalData)
      return source && { task, source }
    }
    case 'export_data': {
      refuse(mapping, 'source', 'An export has a "sink", and an input named source.')
      const sink = required(mapping, 'sink', readExternalData)
      return sink && { task, sink }
    }
  }
}

function refuse(mapping: Mapping, key: string, hint: string): void {
  const value = given(mapping, key)
  if (value !== undefined) reportAt(value, `${mapping.title} cannot have "${key}"`, hint)
}

const readExternalType = readOneOf(['database', 'file_system'])

/** `source:` of an import or `sink:` of an export. */
function readExternalData(value: Value): ExternalData | undefined {
  const mapping = readMapping(value, externalDataKeys)
  if (mapping === undefined) return undefined
  const type = required(mapping, 'type', readExternalType)
  const text = (key: string): string | undefined => {
    const item = given(mapping, key)
    // A component declares these as parameters: connection: {type: string}.
    if (item === undefined || isMap(item.node)) return undefined
    return key === 'stored_procedure' ? readText(item) : readLiteral(item)
  }
  const fields = defined({
    connection: text('connection'),
    query: text('query'),
    tableName: text('table_name'),
    storedProcedure: text('stored_procedure'),
    path: text('path'),
  })
  return type && { type, ...fields }
}

type Ports = Readonly<Record<string, InputValue | InputDeclaration>>

/** Reports inputs and outputs that the task of a transfer cannot have. */
export function checkTransferPorts(
  mapping: Mapping,
  transfer: DataTransferBody,
  { inputs, outputs }: { readonly inputs: Ports; readonly outputs: Readonly<Record<string, unknown>> },
): void {
  const report = (key: 'inputs' | 'outputs', message: string, hint: string): void => {
    const value = given(mapping, key)
    if (value !== undefined) reportAt(value, message, hint)
    else mapping.document.report(mapping.mark, message, hint)
  }
  const names = Object.keys(outputs)
  switch (transfer.task) {
    case 'copy_data':
      if (Object.keys(inputs).length === 0) {
        report('inputs', `${mapping.title} has nothing to copy`, 'Add: inputs: {source: {type: uri_folder, path: ...}}')
      }
      if (names.length !== 1) {
        const message = `${mapping.title} must have one output, but has ${names.length}`
        report('outputs', message, 'Add: outputs: {target: {type: uri_folder}}')
      }
      return
    case 'import_data':
      if (names.join() === 'sink') return
      report('outputs', `an import must have one output, named "sink"`, 'Add: outputs: {sink: {type: uri_folder}}')
      return
    case 'export_data':
      if (Object.keys(inputs).join() === 'source') return
      report('inputs', `an export must have one input, named "source"`, 'Add: inputs: {source: ...}')
  }
}
