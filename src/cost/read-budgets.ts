import { SluiceError } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import { type Budget, budgetUnits, budgetWindows, parseScope, scopeText } from './budget.ts'
import type { Prices } from './usage.ts'

/* Prices and budgets as the settings have them, both ways. */

/** Reads `{"currency": "EUR", "cpu_second": 0.00001}`; what is not named costs nothing. Throws `invalid-setting`. */
export function readPrices(value: unknown): Prices {
  if (!isJsonObject(value)) throw wrong('is no JSON object', 'currency, cpu_second, gb_second and gpu_second')
  refuseOthers(value, ['currency', 'cpu_second', 'gb_second', 'gpu_second'], '')
  const { currency = 'USD' } = value
  if (typeof currency !== 'string' || !/^[A-Za-z]{1,10}$/.test(currency))
    throw wrong(`has currency ${JSON.stringify(currency)}`, 'letters, e.g. EUR')
  return {
    currency,
    cpuSecond: readAmount(value, 'cpu_second', '') ?? 0,
    gbSecond: readAmount(value, 'gb_second', '') ?? 0,
    gpuSecond: readAmount(value, 'gpu_second', '') ?? 0,
  }
}

/** The text that `readPrices` makes these of, as JSON. */
export function pricesText({ currency, cpuSecond, gbSecond, gpuSecond }: Prices): string {
  return JSON.stringify({ currency, cpu_second: cpuSecond, gb_second: gbSecond, gpu_second: gpuSecond })
}

/** Reads a list of budgets. Throws `invalid-setting` saying which is wrong and what it may have. */
export function readBudgets(value: unknown): readonly Budget[] {
  if (!Array.isArray(value)) throw wrong('is no JSON list', 'a list of budgets, each with name and warn_at or stop_at')
  const budgets = value.map(readBudget)
  const names = budgets.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw wrong(`has two budgets "${twice}"`, 'a name for each')
  return budgets
}

/** The text that `readBudgets` makes these of, as JSON. */
export function budgetsText(budgets: readonly Budget[]): string {
  return JSON.stringify(
    budgets.map(({ name, scope, window, of, warnAt, stopAt }) => ({
      ...{ name, scope: scopeText(scope), window, of },
      ...(warnAt !== undefined && { warn_at: warnAt }),
      ...(stopAt !== undefined && { stop_at: stopAt }),
    })),
  )
}

const budgetKeys = ['name', 'scope', 'window', 'of', 'warn_at', 'stop_at']

function readBudget(value: unknown, at: number): Budget {
  const nth = `in budget ${at + 1}`
  if (!isJsonObject(value)) throw wrong(`is no JSON object ${nth}`, budgetKeys.join(', '))
  const { name } = value
  if (typeof name !== 'string' || !/^[A-Za-z0-9][\w.-]{0,99}$/.test(name))
    throw wrong(`has name ${JSON.stringify(name) ?? 'missing'} ${nth}`, 'letters, digits, _, - and .')
  const where = `in budget "${name}"`
  refuseOthers(value, budgetKeys, where)
  const { scope: scopeWord = 'all' } = value
  const scope = typeof scopeWord === 'string' ? parseScope(scopeWord) : undefined
  if (scope === undefined)
    throw wrong(`has scope ${JSON.stringify(scopeWord)} ${where}`, 'all, each-job, experiment:NAME or endpoint:NAME')
  if (scope.kind === 'each-job' && value['window'] !== undefined && value['window'] !== 'ever')
    throw wrong(`has a window ${where}`, 'none: a budget of each-job is for the whole of a job')
  const window = scope.kind === 'each-job' ? 'ever' : readWord(value, 'window', { words: budgetWindows, where })
  const of = readWord(value, 'of', { words: budgetUnits, where, usual: 'cost' })
  const [warnAt, stopAt] = [readAmount(value, 'warn_at', where), readAmount(value, 'stop_at', where)]
  if (warnAt === undefined && stopAt === undefined) throw wrong(`limits nothing ${where}`, 'warn_at, stop_at or both')
  if (scope.kind === 'endpoint' && stopAt !== undefined)
    throw wrong(`has stop_at ${where}`, 'warn_at alone: an endpoint that answers is not stopped by a budget')
  return {
    ...{ name, scope, window, of },
    ...(warnAt !== undefined && { warnAt }),
    ...(stopAt !== undefined && { stopAt }),
  }
}

function readWord<Word extends string>(
  value: JsonObject,
  key: string,
  { words, where, usual }: { readonly words: readonly Word[]; readonly where: string; readonly usual?: Word },
): Word {
  const given = value[key] ?? usual
  const word = words.find((one) => one === given)
  if (word !== undefined) return word
  throw wrong(
    `has ${key} ${given === undefined ? 'missing' : JSON.stringify(given)} ${where}`,
    `one of ${words.join(', ')}`,
  )
}

function readAmount(value: JsonObject, key: string, where: string): number | undefined {
  const amount = value[key]
  if (amount === undefined) return undefined
  if (typeof amount === 'number' && amount >= 0 && Number.isFinite(amount)) return amount
  throw wrong(`has ${key} ${JSON.stringify(amount)} ${where}`.trimEnd(), 'a number that is not negative')
}

function refuseOthers(value: JsonObject, keys: readonly string[], where: string): void {
  const other = Object.keys(value).find((key) => !keys.includes(key))
  if (other !== undefined) throw wrong(`has "${other}" ${where}`.trimEnd(), keys.join(', '))
}

function wrong(what: string, expected: string): SluiceError {
  return new SluiceError('invalid-setting', `${what}; expected ${expected}`)
}
