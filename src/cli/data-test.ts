import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { DataTestResult } from '../main/local-tables.ts'
import type { DataTestsDocument } from '../spec/data-test-document.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import { referenceText } from '../spec/scope.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { importTests } from './foreign/import-tests.ts'
import { junitText } from './junit.ts'
import { parsePairs } from './submission.ts'
import { tableOf } from './table-source.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Asks the tests of a file; exits with 1 when one failed. */
export const testData: Command = async (invocation) => {
  const { workingFolder, options, terminal } = invocation
  const file = resolve(workingFolder, invocation.arguments[0]!)
  const document = await testsOf(file, workingFolder)
  const failOn = options.text('fail-on') ?? 'fail'
  if (!['fail', 'warn', 'never'].includes(failOn))
    throw new SluiceError('invalid-request', `--fail-on is ${JSON.stringify(failOn)}; expected fail, warn or never.`)
  const paths = await pathsOf(invocation, document)
  const report = await folderFor(invocation, options.text('report'))
  const rowsFolder = await folderFor(invocation, options.text('rows-to') ?? (report && join(report, 'rows')))
  const { testTables } = await import('../main/local-tables.ts')
  const results = await testTables({ document, paths, ...(rowsFolder !== undefined && { rowsFolder }) })
  const counts = countsOf(results)
  const junit = junitText(document.name ?? 'data tests', results)
  const files: readonly (readonly [typed: string | undefined, text: string])[] = [
    [options.text('junit'), junit],
    [report && join(report, 'junit.xml'), junit],
    [report && join(report, 'results.json'), reportText(results, { counts, report: report ?? '' })],
    [options.text('passed-to'), `${counts.failed === 0}\n`],
  ]
  for (const [typed, text] of files) if (typed !== undefined) await writeNew(resolve(workingFolder, typed), text)
  await logToRun(invocation, results)
  if (invocation.json) writeJson(invocation, { ...counts, items: results.map(toMessage) })
  else terminal.out(resultsText(results, counts))
  const isFailure = failOn !== 'never' && (counts.failed > 0 || (failOn === 'warn' && counts.warned > 0))
  return isFailure ? exitCode.failed : exitCode.ok
}

/** The results as JSON; files are named from the folder of the report, so that it can be moved. */
function reportText(
  results: readonly DataTestResult[],
  { counts, report }: { readonly counts: ReturnType<typeof countsOf>; readonly report: string },
): string {
  const items = results.map(({ rowsFile, ...rest }) =>
    toMessage({ ...rest, ...(rowsFile !== undefined && { rowsFile: relative(report, rowsFile) }) }),
  )
  return `${JSON.stringify({ ...counts, items }, undefined, 2)}\n`
}

/** Prints the tests of another tool as ours. */
export const importDataTests: Command = async ({ arguments: [typed], options, terminal, workingFolder }) => {
  const table = options.text('table') ?? 'data'
  const { yaml, notMapped } = importTests(await readFile(resolve(workingFolder, typed!), 'utf8'), { table })
  terminal.out(yaml)
  for (const text of notMapped) terminal.err(`not mapped: ${printable(text)}\n`)
  return exitCode.ok
}

async function testsOf(file: string, folder: string): Promise<DataTestsDocument> {
  const readText = (path: string): Promise<string> => readFile(path, 'utf8')
  const { document } = await loadValidDocument({ file, readText, family: 'data-tests', folder })
  if (document.kind === 'data-tests') return document
  throw new SluiceError('invalid-document', `${file} is no file of data tests.`, {
    hint: 'Begin it with: type: data_tests',
  })
}

/** Where the tables lie: paths as they are, references where the server has put their content. */
async function pathsOf(invocation: Invocation, { inputs }: DataTestsDocument): Promise<Record<string, string>> {
  const given = parsePairs('--input', invocation.options.texts('input'))
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(inputs, name))
  if (unknown !== undefined)
    throw new SluiceError('invalid-request', `The file has no input "${unknown}".`, {
      hint: `It has ${Object.keys(inputs).join(', ')}.`,
    })
  const paths: Record<string, string> = {}
  for (const [name, reference] of Object.entries(inputs)) {
    const typed = given[name]
    const written = reference.kind === 'local' ? reference.path : referenceText(reference)
    const source = typed === undefined ? written : tableOf(invocation, typed)
    paths[name] = isAbsolute(source) ? source : await located(invocation, source)
  }
  return paths
}

async function located(invocation: Invocation, source: string): Promise<string> {
  const { path } = await withConnection(invocation, 'work', ({ client }) =>
    client.post<{ readonly path: string }>('/api/v1/tables/location', { source }),
  )
  return path
}

async function folderFor({ workingFolder }: Invocation, typed: string | undefined): Promise<string | undefined> {
  if (typed === undefined) return undefined
  const folder = resolve(workingFolder, typed)
  await mkdir(folder, { recursive: true })
  return folder
}

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** In a step, its run tells what became of the tests. */
async function logToRun(invocation: Invocation, results: readonly DataTestResult[]): Promise<void> {
  const run = invocation.environment['MLFLOW_RUN_ID']
  if (run === undefined || invocation.settings.url === undefined) return
  const counts = countsOf(results)
  const timestamp = Date.now()
  const metrics = Object.entries(counts).map(([key, value]) => ({
    key: `data_tests.${key}`,
    value,
    timestamp,
    step: 0,
  }))
  const wrong = results.filter(({ status }) => status !== 'passed').map(({ name }) => name)
  const tags = [
    { key: 'data_tests', value: counts.failed > 0 ? 'failed' : counts.warned > 0 ? 'warned' : 'passed' },
    ...(wrong.length > 0 ? [{ key: 'data_tests.not_passed', value: wrong.join('; ').slice(0, 5000) }] : []),
  ]
  await withConnection(invocation, 'work', ({ client }) =>
    client.post('/api/2.0/mlflow/runs/log-batch', { run_id: run, metrics, tags }),
  )
}

function countsOf(results: readonly DataTestResult[]): { passed: number; warned: number; failed: number } {
  const count = (...words: readonly DataTestResult['status'][]): number =>
    results.filter(({ status }) => words.includes(status)).length
  return { passed: count('passed'), warned: count('warned'), failed: count('failed', 'error') }
}

function toMessage({ rowCount, failingCount, rowsFile, ...rest }: DataTestResult): unknown {
  return {
    ...rest,
    ...(rowCount !== undefined && { row_count: rowCount }),
    ...(failingCount !== undefined && { failing_count: failingCount }),
    ...(rowsFile !== undefined && { rows_file: rowsFile }),
  }
}

function resultsText(results: readonly DataTestResult[], counts: ReturnType<typeof countsOf>): string {
  const rows = results.map(({ status, table, name, message, rowsFile }) => [
    status,
    table,
    printable(name),
    printable(message) + (rowsFile === undefined ? '' : `; they are in ${rowsFile}`),
  ])
  const sums = Object.entries(counts).map(([word, count]) => `${count} ${word}`)
  return `${textTable(['result', 'table', 'test', 'says'], rows)}\n${sums.join(', ')}\n`
}
