/*
 * Command lines as `az ml online-endpoint` and `az ml online-deployment` have them, in our words: verbs, flags for what
 * is an argument here, values after one flag. Only lines of these groups are touched; our own spelling stays as it is.
 */

const groups: Readonly<Record<string, 'endpoint' | 'deployment'>> = {
  endpoint: 'endpoint',
  deployment: 'deployment',
  'online-endpoint': 'endpoint',
  'online-deployment': 'deployment',
}
const verbs: Readonly<Record<string, string>> = {
  'get-credentials': 'credentials',
  'regenerate-keys': 'regenerate-keys',
  'get-logs': 'logs',
  'update-traffic': 'traffic',
}
/** Flags with a value, by group; `name` becomes the first argument. */
const flags: Readonly<Record<'endpoint' | 'deployment', Readonly<Record<string, string>>>> = {
  endpoint: {
    '--name': 'name',
    '-n': 'name',
    '--deployment-name': '--deployment',
    '-d': '--deployment',
    '-r': '--request-file',
    '--key-type': '--key',
    '-t': '--key',
    '-l': '--lines',
  },
  deployment: {
    '--name': 'name',
    '-n': 'name',
    '--endpoint-name': '--endpoint',
    '-e': '--endpoint',
    '-l': '--lines',
  },
}
/** Flags without a value that mean nothing here. */
const leftOut = new Set(['--yes', '-y'])

/** The line in our spelling, and what has to be said about it. */
export interface RespeltLine {
  readonly args: readonly string[]
  readonly note?: string
}

/** Rewrites a command line of these groups; any other comes back as it is. */
export function respell(args: readonly string[]): RespeltLine {
  const at = args.findIndex((word) => Object.hasOwn(groups, word))
  const group = at < 0 ? undefined : groups[args[at]!]
  // Before the group only settings may stand: `--data DIR endpoint list`; `job show endpoint` is no such line.
  if (group === undefined || !args.slice(0, at).every((word, index) => isFlagOrItsValue(args, word, index)))
    return { args }
  const verb = args[at + 1]
  const head = [...args.slice(0, at), group, ...(verb === undefined ? [] : [spelt(verbs, verb)])]
  const { first, rest, isLocal } = restOf(group, args.slice(at + 2))
  const note = isLocal ? 'Everything runs on this machine here: --local changes nothing.' : undefined
  return { args: [...head, ...first, ...rest], ...(note !== undefined && { note }) }
}

function isFlagOrItsValue(args: readonly string[], word: string, index: number): boolean {
  return word.startsWith('-') || args[index - 1]?.startsWith('--') === true
}

function restOf(
  group: 'endpoint' | 'deployment',
  words: readonly string[],
): { readonly first: readonly string[]; readonly rest: readonly string[]; readonly isLocal: boolean } {
  const first: string[] = []
  const rest: string[] = []
  let isLocal = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    const [flag, joined] = split(word)
    const ours = spelt(flags[group], flag)
    if (word === '--local') isLocal = true
    else if (leftOut.has(word)) continue
    else if (ours === 'name') first.push(joined ?? words[++index] ?? '')
    else if (ours !== flag) rest.push(ours, joined ?? words[++index] ?? '')
    else if (flag === '--set' && joined === undefined) {
      // `--set a=1 b=2` sets both.
      do rest.push('--set', words[++index] ?? '')
      while (/^[^-=][^=]*=/.test(words[index + 1] ?? ''))
    } else rest.push(word)
  }
  return { first, rest, isLocal }
}

function split(word: string): readonly [string, string?] {
  const at = word.indexOf('=')
  return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word]
}

function spelt(table: Readonly<Record<string, string>>, word: string): string {
  return Object.hasOwn(table, word) ? table[word]! : word
}
