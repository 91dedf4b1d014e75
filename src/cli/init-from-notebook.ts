import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, extname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, SluiceError } from '../base/errors.ts'
import { packageRoot } from '../config.ts'
import type { Command } from './command.ts'
import { writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { makeFolder } from './new-folder.ts'

/** What python/src/sluiceworks/notebook_pieces.py prints. */
type Pieces = { readonly written: readonly string[]; readonly notes: readonly string[] }

/** Turns a notebook whose cells are tagged as steps into a folder with components and a pipeline that runs. */
export const initFromNotebook: Command = async (invocation) => {
  const { arguments: typed, options, terminal, json, workingFolder } = invocation
  const [, file] = typed
  if (file === undefined)
    throw new SluiceError('invalid-request', 'No notebook was named.', {
      hint: 'Write: sluice init from-notebook FILE.ipynb --into FOLDER',
    })
  const notebook = resolve(workingFolder, file)
  if (!existsSync(notebook))
    throw new SluiceError('not-found', `${notebook} does not exist.`, { hint: 'Name a file that ends in .ipynb.' })
  const target = resolve(workingFolder, options.text('into') ?? basename(notebook, extname(notebook)))
  let pieces: Pieces = { written: [], notes: [] }
  await makeFolder(target, 'Name another folder: sluice init from-notebook FILE --into FOLDER', async (folder) => {
    pieces = await takeApart([notebook, target, folder], invocation.environment)
  })
  const shown = relative(workingFolder, target)
  if (json) writeJson(invocation, { folder: target, ...pieces })
  else {
    terminal.out(`${target}\n`)
    for (const note of pieces.notes) terminal.err(`note: ${note}\n`)
    terminal.err(`Made ${shown} from ${file}: ${pieces.written.join(', ')}. Next:\n`)
    terminal.err(`  sluice plan ${join(shown, 'pipeline.yml')}\n  sluice run ${join(shown, 'pipeline.yml')}\n`)
  }
  return exitCode.ok
}

/** Python reads Python: the cells are parsed by its own parser, nothing of them is run. */
async function takeApart(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Pieces> {
  const command = ['-m', 'sluiceworks.notebook_pieces', ...args]
  // Where -m looks for modules first: not the user's folder, whose files may have the names of Python's own.
  const cwd = join(packageRoot(), 'python', 'src')
  let out: string
  try {
    const run = promisify(execFile)
    out = (await run('python3', command, { cwd, env: { ...environment }, maxBuffer: 1 << 26 })).stdout
  } catch (error) {
    const { stdout = '', code } = error as { stdout?: string; code?: unknown }
    if (code === 'ENOENT')
      throw new SluiceError('not-found', 'There is no python3 on PATH, which reads the notebook.', {
        hint: 'Install Python 3.9 or newer.',
        cause: error,
      })
    if (stdout === '') throw new SluiceError('internal', messageOf(error), { cause: error })
    const { mistakes } = JSON.parse(stdout) as { mistakes: readonly string[] }
    throw new SluiceError('invalid-document', mistakes.join('\n'), {
      hint: 'Tag cells: step:NAME for a step, "parameters" for inputs, "shared" for what every step needs.',
      cause: error,
    })
  }
  return JSON.parse(out) as Pieces
}
