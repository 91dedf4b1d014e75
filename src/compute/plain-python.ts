import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { WarmAttempt } from './compute-backend.ts'

/** What decides whether a command can be forked from a warm interpreter. */
export interface PlainPython {
  /** bash text as it would run. */
  readonly command: string
  readonly workingFolder: string
  readonly environment: Readonly<Record<string, string>>
  /** Exact packages of the environment, one per line (`name==version`). */
  readonly requirements: string
}

/** Libraries that talk to a GPU: what they hold does not survive a fork, and nothing of them is ever made early. */
const gpuPackages =
  /^(torch|torchvision|torchaudio|tensorflow|tensorflow[-_]gpu|jax|jaxlib|cupy[-_\w]*|nvidia[-_]\w+[-_\w]*|cuda[-_\w]*|triton|mxnet[-_\w]*|paddlepaddle[-_\w]*|onnxruntime[-_]gpu|cudf[-_\w]*|cuml[-_\w]*|numba)==/im
/** How far these change an interpreter, its key covers; others of Python's own variables make a new process. */
const pythonVariables = new Set(
  (
    'PYTHONUNBUFFERED PYTHONPATH PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 PYTHONDONTWRITEBYTECODE PYTHONNOUSERSITE ' +
    'PYTHONPYCACHEPREFIX PYTHONWARNINGS PYTHONSAFEPATH PYTHONCOERCECLOCALE'
  ).split(' '),
)
/** What bash reads or makes itself: a command that is not run by bash would see them otherwise. */
const shellVariables = /^(BASH_ENV|BASH_FUNC_.*|BASHOPTS|SHELLOPTS|ENV|POSIXLY_CORRECT|PWD|OLDPWD|SHLVL|_)$/
const assignable = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The command as words for a warm interpreter, or in words why it needs a new process. */
export function plainPython(options: PlainPython): Omit<WarmAttempt, 'isAskedFor'> | { readonly cold: string } {
  const { command, workingFolder, environment, requirements } = options
  const words = shellWords(command)
  if (words === undefined) return { cold: 'the command is more than one program with plain words' }
  const [program, script] = words
  if (program !== 'python' && program !== 'python3') return { cold: 'the command does not begin with python' }
  if (script === undefined || script.startsWith('-') || !script.endsWith('.py'))
    return { cold: 'python is not followed by the file of a script' }
  const variable = Object.keys(environment).find(
    (name) =>
      !assignable.test(name) || shellVariables.test(name) || (name.startsWith('PYTHON') && !pythonVariables.has(name)),
  )
  if (variable !== undefined) return { cold: `the variable ${variable} has a meaning when a process starts` }
  const gpu = gpuPackages.exec(requirements)
  if (gpu !== null) return { cold: `its environment has ${gpu[1]}, which is for GPUs` }
  const python = findProgram(program, environment['PATH'] ?? '')
  if (python === undefined) return { cold: `${program} is not an interpreter but a script that finds one` }
  if (statSync(resolve(workingFolder, script), { throwIfNoEntry: false })?.isFile() !== true)
    return { cold: `there is no script ${script}` }
  return { python, words }
}

/** What bash would pass to a program; undefined for text that is anything but one command with plain words. */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let rest = text.replace(/\s+$/, '')
  while (rest !== '') {
    const part = wordPart.exec(rest)
    if (part === null) return undefined
    const { blank, plain, escaped, single, double } = part.groups!
    rest = rest.slice(part[0].length)
    if (blank !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (plain !== undefined) word = (word ?? '') + plain
    else if (escaped !== undefined) word = (word ?? '') + escaped
    else if (single !== undefined) word = (word ?? '') + single
    else if (double !== undefined) word = (word ?? '') + double.replace(/\\([$`"\\])/g, '$1').replaceAll('\\\n', '')
  }
  return word === undefined ? words : [...words, word]
}

/** The next part of a word, or blanks, or a continued line. Everything that bash expands is in none of them. */
const wordPart =
  /^(?:\\\n|(?<blank>[ \t]+)|(?<plain>[\p{L}\p{N}_@%+=:,./-]+)|\\(?<escaped>[^\n])|'(?<single>[^']*)'|"(?<double>(?:[^"\\$`]|\\[\s\S])*)")/u

/** The first program of that name, if it is a binary: a shim that finds an interpreter changes the environment. */
function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(':')) {
    if (!folder.startsWith('/')) return undefined
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
    } catch {
      continue // Not there, or not to be run: bash goes on as well.
    }
    return isBinary(file) ? file : undefined
  }
  return undefined
}

function isBinary(file: string): boolean {
  const start = Buffer.alloc(4)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, start, 0, 4, 0)
  } finally {
    closeSync(descriptor)
  }
  return start.toString('latin1') === '\x7fELF'
}
