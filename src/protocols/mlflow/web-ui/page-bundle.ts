import { execFile } from 'node:child_process'
import { readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, SluiceError } from '../../../base/errors.ts'

/** MLflow's own web pages, as they lie in somebody's installation: paths below the bundle to files. */
export type PageBundle = ReadonlyMap<string, string>

const run = promisify(execFile)
/** Tells where the package is without importing it, which takes seconds. */
const question =
  "import importlib.util as u; s = u.find_spec('mlflow'); print(next(iter(s.submodule_search_locations)) if s else '')"

/**
 * Finds the pages in the MLflow of this Python. Throws `input-not-found` where it has no MLflow, or one without pages
 * (mlflow-skinny). The files are listed once, links left out, so that only what was found here can be served.
 */
export async function findPageBundle(python: string): Promise<PageBundle> {
  const folder = await packageFolder(python)
  const root = await realpath(join(folder, 'server', 'js', 'build')).catch(() => undefined)
  const files = new Map<string, string>()
  if (root !== undefined) {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      if (entry.isFile()) files.set(relative(root, file).split(sep).join('/'), file)
    }
  }
  if (files.has('index.html')) return files
  throw new SluiceError('input-not-found', `The MLflow at ${folder} has no web pages.`, {
    hint: 'Install the whole of it: pip install mlflow (mlflow-skinny and mlflow-tracing come without).',
  })
}

async function packageFolder(python: string): Promise<string> {
  let folder: string
  try {
    const { stdout } = await run(python, ['-c', question], { timeout: 30_000 })
    folder = stdout.trim()
  } catch (cause) {
    throw new SluiceError('input-not-found', `The Python "${python}" cannot be asked for MLflow: ${messageOf(cause)}`, {
      hint: 'Say which Python has MLflow with --python.',
      cause,
    })
  }
  if (folder !== '') return folder
  throw new SluiceError('input-not-found', `The Python "${python}" has no MLflow, whose web pages were asked for.`, {
    hint: 'Run: pip install mlflow, or say which Python has it with --python.',
  })
}
