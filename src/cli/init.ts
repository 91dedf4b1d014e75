import { existsSync } from 'node:fs'
import { cp, readdir } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { packageRoot } from '../config.ts'
import type { Command } from './command.ts'
import { writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { initFromNotebook } from './init-from-notebook.ts'
import { makeFolder } from './new-folder.ts'

/** Copies a template into a folder that must not exist yet (or is empty); lists the templates without a name. */
export const init: Command = async (invocation) => {
  const { arguments: typed, terminal, json, workingFolder } = invocation
  if (typed[0] === 'from-notebook') return initFromNotebook(invocation)
  const templates = await templateNames()
  const [asked] = typed
  if (asked === undefined) {
    if (json) writeJson(invocation, { templates })
    else terminal.out(`${templates.join('\n')}\n`)
    return exitCode.ok
  }
  const template = templateOf(asked, templates)
  const folder = typed[1] ?? template
  const target = resolve(workingFolder, folder)
  await makeFolder(target, 'Name another folder: sluice init TEMPLATE FOLDER', (fresh) =>
    cp(join(packageRoot(), 'examples', template), fresh, {
      recursive: true,
      filter: (path) => !leftOut.has(basename(path)),
    }),
  )
  if (json) writeJson(invocation, { template, folder: target })
  else {
    const shown = relative(workingFolder, target)
    terminal.out(`${target}\n`)
    terminal.err(`Made ${shown} from the template ${template}. Next:\n`)
    if (existsSync(join(target, 'pipeline.yml')))
      terminal.err(`  sluice plan ${join(shown, 'pipeline.yml')}\n  sluice run ${join(shown, 'pipeline.yml')}\n`)
    else terminal.err(`  ${join(shown, 'README.md')} says how to run it.\n`)
  }
  return exitCode.ok
}

/** The template of this name, or the only one whose name begins so: `retrain` is `retrain-on-drift`. */
function templateOf(asked: string, templates: readonly string[]): string {
  if (templates.includes(asked)) return asked
  const meant = templates.filter((name) => name.startsWith(`${asked}-`))
  if (meant.length === 1) return meant[0]!
  throw new SluiceError('not-found', `There is no template "${asked}".`, {
    hint: `There is: ${templates.join(', ')}`,
  })
}

async function templateNames(): Promise<readonly string[]> {
  const entries = await readdir(join(packageRoot(), 'examples'), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

const leftOut = new Set(['__pycache__', '.venv', 'node_modules', '.DS_Store', '.pytest_cache'])
