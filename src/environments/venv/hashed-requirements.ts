import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnvironmentLock } from '../environment-builder.ts'
import type { Interpreter } from './interpreters.ts'
import { writeAside } from './lock-store.ts'
import { runChild } from './uv/run-child.ts'
import type { UvTool, Workshop } from './uv/uv-tool.ts'

interface HashingPlace {
  /** Where the answers are kept, one file per lock. */
  readonly folder: string
  readonly workshop: Workshop
  readonly uv: () => Promise<UvTool>
  readonly interpreter: () => Promise<Interpreter>
}

/**
 * The lock's requirements with `--hash=` lines, asked of the package index once and kept: an index may get more files of
 * a version later, and the same lock is to stay the same text. Undefined where it does not tell.
 */
export async function hashedRequirements(
  lock: EnvironmentLock,
  { folder, workshop, uv, interpreter }: HashingPlace,
): Promise<string | undefined> {
  if (lock.requirements === '') return ''
  const kept = join(folder, `${lock.digest}.hashed.txt`)
  const known = await readFile(kept, 'utf8').catch(() => undefined)
  if (known !== undefined) return known
  const tool = await uv()
  const end = await runChild({
    ...workshop,
    environment: tool.environment,
    command: tool.path,
    arguments: [
      ...['pip', 'compile', '-', '--python', (await interpreter()).path, '--quiet', '--no-header', '--no-annotate'],
      ...['--no-deps', '--generate-hashes'],
    ],
    input: lock.requirements,
  })
  if (end.exitCode !== 0) return undefined
  const options = lock.requirements.split('\n').filter((line) => line.startsWith('-'))
  const requirements = requirementsOf(end.output)
  // An index without hashes: then pip would refuse what a line that has one brings along.
  if (requirements.length === 0 || requirements.some((each) => !each.includes('--hash='))) return undefined
  const text = [...options, ...requirements].map((each) => `${each}\n`).join('')
  await rename(await writeAside(kept, text), kept)
  return text
}

/** Requirements with their continuation lines, sorted, each with its hashes in order. */
function requirementsOf(output: string): readonly string[] {
  const logical = output.replace(/\\\n\s*/g, ' ').split('\n')
  return logical
    .filter((line) => line.trim() !== '' && !/^[#-]/.test(line))
    .map((line) => {
      const [requirement, ...hashes] = line.trim().split(/\s+(?=--hash=)/)
      return [requirement, ...hashes.sort().map((hash) => `    ${hash}`)].join(' \\\n')
    })
    .sort()
}
