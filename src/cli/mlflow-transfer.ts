import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { withConnection, writeJson, type Command, type Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import { textFields } from './terminal/text-table.ts'
import { databaseSource } from './transfer/database-source.ts'
import { exportToFolder } from './transfer/folder-export.ts'
import { fileSource } from './transfer/file-source.ts'
import { foreignDestination, ownDestination, type MlflowDestination } from './transfer/mlflow-destination.ts'
import { mlflowServer } from './transfer/mlflow-server.ts'
import { serverSource, type MlflowSource } from './transfer/mlflow-source.ts'
import { transfer } from './transfer/transfer.ts'
import type { TransferReport } from './transfer/transfer-state.ts'

/** Copies an MLflow server's or file store's history into this store, ids included. */
export const importMlflow: Command = async (invocation) => {
  const from = required(invocation, 'from')
  return withConnection(invocation, 'work', async ({ client }) => {
    const own = mlflowServer(client.url, ownHeaders(invocation))
    const source = await sourceAt(invocation, from)
    return copy(invocation, source, ownDestination(own, client))
  })
}

async function sourceAt(invocation: Invocation, from: string): Promise<MlflowSource> {
  const { workingFolder, options } = invocation
  if (/^https?:/i.test(from)) return serverSource(mlflowServer(from, foreignHeaders(invocation)))
  // As MLflow writes it: three slashes before a relative path, four before an absolute one.
  const database = /^sqlite:\/\/\/(.+)$/.exec(from)?.[1] ?? (/\.(db|sqlite3?)$/i.test(from) ? from : undefined)
  if (database === undefined) return fileSource(folderOf(invocation, from))
  const artifacts = options.text('artifacts')
  const kept = artifacts === undefined ? {} : { artifacts: resolve(workingFolder, artifacts) }
  return databaseSource(resolve(workingFolder, database), kept)
}

/** Copies what is tracked here to another MLflow server, or into a folder. */
export const exportMlflow: Command = async (invocation) => {
  const to = required(invocation, 'to')
  if (!/^https?:/i.test(to)) return exportFolder(invocation, folderOf(invocation, to))
  return withConnection(invocation, 'work', ({ client }) =>
    copy(
      invocation,
      serverSource(mlflowServer(client.url, ownHeaders(invocation))),
      foreignDestination(mlflowServer(to, foreignHeaders(invocation))),
    ),
  )
}

async function exportFolder(invocation: Invocation, folder: string): Promise<number> {
  const experiments = invocation.options.texts('experiment')
  return withConnection(invocation, 'work', async ({ client }) => {
    const source = serverSource(mlflowServer(client.url, ownHeaders(invocation)))
    try {
      const note = (line: string) => invocation.terminal.note(line)
      const options = { source, folder, note, ...(experiments.length > 0 && { experiments }) }
      return show(invocation, await exportToFolder(options))
    } finally {
      source.close()
    }
  })
}

function required({ options }: Invocation, name: 'from' | 'to'): string {
  const value = options.text(name)
  if (value !== undefined && value !== '') return value
  throw new SluiceError('invalid-request', `The option --${name} is missing.`, {
    hint: `Name an MLflow server, e.g. --${name} http://127.0.0.1:5000${name === 'from' ? ', or a file store, e.g. --from ./mlruns' : ', or a folder, e.g. --to ./history'}`,
  })
}

function folderOf({ workingFolder }: Invocation, from: string): string {
  const url = from.startsWith('file:') && URL.canParse(from) ? new URL(from) : undefined
  if (url === undefined && /^[a-z][a-z0-9+.-]+:/i.test(from)) {
    throw new SluiceError('invalid-request', `${JSON.stringify(from)} can be read by MLflow, but not by sluice.`, {
      hint: 'Start `mlflow server` on it and give the URL of that server.',
    })
  }
  return url === undefined
    ? resolve(workingFolder, from)
    : resolve(url.pathname === '' ? '.' : decodeURIComponent(url.pathname))
}

function ownHeaders({ settings }: Invocation): Readonly<Record<string, string>> {
  return settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` }
}

/** As MLflow's own client is told who it is. */
function foreignHeaders({ environment }: Invocation): Readonly<Record<string, string>> {
  const token = environment['MLFLOW_TRACKING_TOKEN']
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
}

async function copy(invocation: Invocation, source: MlflowSource, destination: MlflowDestination): Promise<number> {
  const experiments = invocation.options.texts('experiment')
  try {
    const report = await transfer({
      source,
      destination,
      ...(experiments.length > 0 && { experiments }),
      note: (line) => invocation.terminal.note(line),
    })
    return show(invocation, report)
  } finally {
    source.close()
    destination.server.close()
  }
}

function show(invocation: Invocation, report: TransferReport): number {
  if (invocation.json) writeJson(invocation, report)
  else {
    const { left_out, ...counts } = report
    const fields = Object.entries(counts).map(([name, count]) => [name.replaceAll('_', ' '), String(count)] as const)
    invocation.terminal.out(textFields(fields))
    for (const line of left_out) invocation.terminal.err(`left out: ${line}\n`)
  }
  return exitCode.ok
}
