import { SluiceError } from '../base/errors.ts'
import { commandTable, groupSummaries } from './command-table.ts'
import type { CommandRow } from './command.ts'
import type { Command } from './command.ts'
import { exitCode } from './exit-code.ts'

/** Prints the completion script of a shell. */
export const completion: Command = async ({ arguments: [shell], terminal }) => {
  terminal.out(completionScript(shell!))
  return exitCode.ok
}

/** A script that completes commands, options and files of `sluice`; made from the command table alone. */
export function completionScript(shell: string): string {
  if (shell === 'bash') return bashScript()
  if (shell === 'zsh') return zshScript()
  if (shell === 'fish') return fishScript()
  throw new SluiceError('invalid-request', `The shell ${JSON.stringify(shell)} is not known.`, {
    hint: 'For example, in ~/.bashrc: source <(sluice completion bash)',
  })
}

const everywhere = ['--data', '--url', '--json', '--help']

/** The words that may stand first, and by group those that may stand second. */
function words(): ReadonlyMap<string, readonly string[]> {
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
function caseLines(write: (row: CommandRow) => string): string {
  return commandTable.map((row) => `    ${write(row)}`).join('\n')
}

function bashScript(): string {
  const groups = [...words()].filter(([group]) => group !== '')
  const cases = caseLines((row) => {
    const fixed = Array.isArray(row.completes) ? row.completes.join(' ') : ''
    const files = row.completes === 'files' ? ' files=1' : ''
    return `"${row.name}") words="${[fixed, ...optionsOf(row)].join(' ').trim()}"${files} ;;`
  })
  return `# bash completion for sluice: source <(sluice completion bash)
_sluice() {
  local current="\${COMP_WORDS[COMP_CWORD]}" first="\${COMP_WORDS[1]}" command words files=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words().get('')!.join(' ')} --version --help" -- "$current"))
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

function zshScript(): string {
  const described = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, text]) => `'${name}:${text.replaceAll("'", '').replaceAll(':', '')}'`).join(' ')
  const firsts = words()
    .get('')!
    .map((first) => [first, summaryOf(first)] as const)
  const groups = [...words()].filter(([group]) => group !== '')
  const cases = caseLines((row) => {
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
${groups.map(([group, members]) => `    ${group}) if (( CURRENT == 3 )); then choices=(${described(members.map((member) => [member, summaryOf(`${group} ${member}`)] as const))}); _describe command choices; return; fi; command="$words[2] $words[3]" ;;`).join('\n')}
  esac
  case "$command" in
${cases}
  esac
}
compdef _sluice sluice
`
}

function fishScript(): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`
  const groups = [...words()].filter(([group]) => group !== '')
  const lines = words()
    .get('')!
    .map((first) => `complete -c sluice -f -n __fish_use_subcommand -a ${first} -d ${quoted(summaryOf(first))}`)
  for (const [group, members] of groups)
    for (const member of members)
      lines.push(
        `complete -c sluice -f -n "__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${members.join(' ')}" ` +
          `-a ${member} -d ${quoted(summaryOf(`${group} ${member}`))}`,
      )
  for (const row of commandTable) {
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

function summaryOf(name: string): string {
  return commandTable.find((row) => row.name === name)?.summary ?? groupSummaries[name] ?? ''
}
