import type { Command, Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import { diffText } from './job-diff.ts'
import type { Connection } from './link/connection.ts'
import type { JobDiff, SubmittedJob } from './rest-types.ts'
import { submitAndWatch } from './run.ts'

/**
 * Runs a completed job's stored snapshot again with reuse off and compares what came out; exit code 0 when every output
 * is the same, 1 when one differs or the job did not complete again.
 */
export const reproduce: Command = (invocation) => {
  const path = `/api/v1/jobs/${encodeURIComponent(invocation.arguments[0]!)}`
  return submitAndWatch(
    invocation,
    (connection) => connection.client.post<SubmittedJob>(`${path}/reproduce`),
    (connection, name) => compare(invocation, connection, name),
  )
}

async function compare(invocation: Invocation, { client }: Connection, name: string): Promise<number> {
  const { terminal, json } = invocation
  const { properties } = await client.get<{ readonly properties: Readonly<Record<string, string>> }>(
    `/api/v1/jobs/${name}`,
  )
  const original = properties['sluice.reproduces']!
  const diff = await client.get<JobDiff>(`/api/v1/jobs/${original}/diff?with=${name}`)
  const outputs = diff.items.filter(({ area }) => area === 'output')
  // What went in can differ only by what is not in the snapshot, e.g. the packages of an environment.
  const causes = diff.items.filter(({ area }) => ['code', 'environment', 'input', 'setting'].includes(area))
  const isEqual = outputs.length === 0
  if (json) {
    const line = { event: 'compared', is_equal: isEqual, outputs_compared: diff.outputs_compared, items: diff.items }
    terminal.out(`${JSON.stringify(line)}\n`)
  } else if (isEqual) {
    terminal.out(
      diff.outputs_compared === 0
        ? `Reproduced ${original}: every step completed again; none of them has outputs to compare.\n`
        : `Reproduced ${original}: all ${diff.outputs_compared} outputs are equal.\n`,
    )
  } else {
    terminal.out(`Not reproduced: ${outputs.length} of ${diff.outputs_compared} outputs of ${original} differ.\n`)
    const files = diff.items.filter(({ area }) => area === 'file')
    terminal.out(diffText([...outputs, ...files, ...causes]))
  }
  return isEqual ? exitCode.ok : exitCode.failed
}
