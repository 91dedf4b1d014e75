import { SluiceError } from '../../base/errors.ts'
import { distanceTo, fulfils } from '../python-wish.ts'
import type { PythonWish } from '../python-wish.ts'
import type { Interpreter, Interpreters } from './interpreters.ts'

export interface ChosenPython {
  readonly interpreter: Interpreter
  /** False when another version than the wished one had to do. */
  readonly isWished: boolean
  /** Says so, for the log. */
  readonly note?: string
}

/** The oldest Python that stands in for another one; an older one is used only when it is wished for by name. */
const oldestStandIn = 10

/**
 * Picks the interpreter for a wish: the usual one (setting, then `python3` of PATH) where it fulfils it, else the newest
 * that does, else the nearest from 3.10 on. Throws `environment-failed` when this machine has no Python that will do.
 */
export async function choosePython(interpreters: Interpreters, wish?: PythonWish): Promise<ChosenPython> {
  const fits = (one: Interpreter): boolean =>
    wish === undefined ? one.minor >= oldestStandIn : fulfils(wish, one.minor)
  const first = await interpreters.usual(fits)
  if (first !== undefined) return { interpreter: first, isWished: true }
  if (wish !== undefined) {
    const named = newestFirst((await interpreters.named(wish)).filter(fits))[0]
    if (named !== undefined) return { interpreter: named, isWished: true }
  }
  const all = await interpreters.all()
  const fitting = newestFirst(all.filter(fits))[0]
  if (fitting !== undefined) return { interpreter: fitting, isWished: true }
  const standIn = nearest(all, wish)
  if (standIn === undefined) throw noPython(all, wish)
  const asked = /^\d/.test(wish!.text) ? `Python ${wish!.text}` : `a Python ${wish!.text}`
  return {
    interpreter: standIn,
    isWished: false,
    note: `${asked} is not on this machine: Python ${standIn.version} is used`,
  }
}

function newestFirst(found: readonly Interpreter[]): readonly Interpreter[] {
  return [...found].sort((a, b) => b.minor - a.minor)
}

function nearest(found: readonly Interpreter[], wish: PythonWish | undefined): Interpreter | undefined {
  if (wish === undefined) return undefined
  const eligible = found.filter(({ minor }) => minor >= oldestStandIn)
  // At equal distance the older one: pinned versions are more likely to have wheels for it.
  return [...eligible].sort((a, b) => distanceTo(wish, a.minor) - distanceTo(wish, b.minor) || a.minor - b.minor)[0]
}

function noPython(found: readonly Interpreter[], wish: PythonWish | undefined): SluiceError {
  const seen = found.length === 0 ? 'none was found' : `found: ${found.map(({ version }) => version).join(', ')}`
  const asked = wish === undefined ? '' : ` (Python ${wish.text} is asked for)`
  return new SluiceError('environment-failed', `No Python 3.10 or newer is on this machine: ${seen}${asked}.`, {
    hint: 'Install Python 3.10 or newer so that python3 is on PATH, e.g. apt install python3, and try again.',
  })
}
