import { SluiceError } from '../base/errors.ts'
import type { CommandRow } from './command.ts'

/** What there is to complete. */
export interface Completed {
  readonly commandTable: readonly CommandRow[]
  readonly groupSummaries: Readonly<Record<string, string>>
}

/** A script that completes commands, options and files of `sluice`; made from the command table alone. */
export function completionScript(shell: string, completed: Completed): string {
  if (shell === 'bash') return bashScript(completed)
  if (shell === 'zsh') return zshScript(completed)
  if (shell === 'fish') return fishScript(completed)
  throw new SluiceError('invalid-request', `The shell ${JSON.stringify(shell)} is not known.`, {
    hint: 'For example, in ~/.bashrc: source <(sluice completion bash)',
  })
}

const everywhere = ['--data', '--url', '--json', '--help']

/** The words that may stand first, and by group those that may stand second. */
function words({ commandTable }: Completed): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>([['', []]])
  for (const { name } of commandTable) {
    const [first, second] = name.split(' ') as [string, string?]
    if (!found.get('')!.includes(first)) found.get('')!.push(first)
    if (second !== undefined) found.set(first, [...(found.get(first) ?? []), second])
  }
  return found
}

function optionsOf({ options = [] }: CommandRow): readonly string[] {
  return [...options.map(({ flags }) => /--[a-z-]+/.exec(flags)![0]), ...everywhere]
}

/** What may follow a command: its options, its fixed words, or files. */
function caseLines({ commandTable }: Completed, write: (row: CommandRow) => string): string {
  return commandTable.map((row) => `    ${write(row)}`).join('\n')
}

function bashScript(completed: Completed): string {
  const groups = [...words(completed)].filter(([group]) => group !== '')
  const cases = caseLines(completed, (row) => {
    const fixed = Array.isArray(row.completes) ? row.completes.join(' ') : ''
    const files = row.completes === 'files' ? ' files=1' : ''
    return `"${row.name}") words="${[fixed, ...optionsOf(row)].join(' ').trim()}"${files} ;;`
  })
  return `# bash completion for sluice: source <(sluice completion bash)
_sluice() {
  local current="\${COMP_WORDS[COMP_CWORD]}" first="\${COMP_WORDS[1]}" command words files=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words(completed).get('')!.join(' ')} --version --help" -- "$current"))
    return
  fi
  command="$first"
  case "$first" in
${groups.map(([group, members]) => `    ${group}) if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "${members.join(' ')}" -- "$current")); return; fi; command="$first \${COMP_WORDS[2]}" ;;`).join('\n')}
  esac
  case "$command" in
${cases}
    *) return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ] && [ "\${current#-}" = "$current" ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _sluice sluice
`
}

function zshScript(completed: Completed): string {
  const described = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, text]) => `'${name}:${text.replaceAll("'", '').replaceAll(':', '')}'`).join(' ')
  const firsts = words(completed)
    .get('')!
    .map((first) => [first, summaryOf(completed, first)] as const)
  const groups = [...words(completed)].filter(([group]) => group !== '')
  const cases = caseLines(completed, (row) => {
    const fixed = Array.isArray(row.completes) ? row.completes.join(' ') : ''
    const files = row.completes === 'files' ? '; _files' : ''
    return `"${row.name}") compadd -- ${[fixed, ...optionsOf(row)].join(' ').trim()}${files} ;;`
  })
  return `#compdef sluice
# zsh completion for sluice: source <(sluice completion zsh)
_sluice() {
  local -a choices
  if (( CURRENT == 2 )); then choices=(${described(firsts)}); _describe command choices; return; fi
  local command="$words[2]"
  case "$words[2]" in
${groups.map(([group, members]) => `    ${group}) if (( CURRENT == 3 )); then choices=(${described(members.map((member) => [member, summaryOf(completed, `${group} ${member}`)] as const))}); _describe command choices; return; fi; command="$words[2] $words[3]" ;;`).join('\n')}
  esac
  case "$command" in
${cases}
  esac
}
compdef _sluice sluice
`
}

function fishScript(completed: Completed): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`
  const groups = [...words(completed)].filter(([group]) => group !== '')
  const lines = words(completed)
    .get('')!
    .map(
      (first) => `complete -c sluice -f -n __fish_use_subcommand -a ${first} -d ${quoted(summaryOf(completed, first))}`,
    )
  for (const [group, members] of groups)
    for (const member of members)
      lines.push(
        `complete -c sluice -f -n "__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${members.join(' ')}" ` +
          `-a ${member} -d ${quoted(summaryOf(completed, `${group} ${member}`))}`,
      )
  for (const row of completed.commandTable) {
    const seen = row.name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    for (const { flags, sentence } of row.options ?? [])
      lines.push(`complete -c sluice -n "${seen}" -l ${/--([a-z-]+)/.exec(flags)![1]} -d ${quoted(sentence)}`)
    if (row.completes === 'files') lines.push(`complete -c sluice -n "${seen}" -F`)
    else if (row.completes !== undefined)
      lines.push(`complete -c sluice -f -n "${seen}" -a "${row.completes.join(' ')}"`)
  }
  for (const option of everywhere) lines.push(`complete -c sluice -l ${option.slice(2)}`)
  return `# fish completion for sluice: sluice completion fish | source\n${lines.join('\n')}\n`
}

function summaryOf({ commandTable, groupSummaries }: Completed, name: string): string {
  return commandTable.find((row) => row.name === name)?.summary ?? groupSummaries[name] ?? ''
}
