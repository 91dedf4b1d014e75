/**
 * The story of a launch.
 *
 * An attempt's command runs under a launcher, a few lines of POSIX shell in a session of its own, with the log as a
 * file. The launcher creates `claim` exclusively and writes its pid and start time into it BEFORE the command runs, and
 * writes `exit` (code and CPU times, ended by the line `end`) after. So any later server can tell, from the folder alone:
 *
 *   no claim            never started; whoever creates the claim first decides that (`voidClaim`, or a late launcher)
 *   claim, process      running: watch it
 *   exit complete       ended with that code, also if no server was there to see
 *   claim, no process   vanished: killed with its launcher, or the machine went down
 *
 * A crash between any two of these writes leaves one of these four pictures, and a command starts at most once.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProcessIdentity, startFromStat } from './process-identity.ts'

/**
 * $0: the attempt's folder. `read` from /proc/self happens in the shell itself, so it names the launcher; where there
 * is no /proc, `ps` gives the start. Exit status 125 says: somebody else has the claim.
 */
export const launcherScript = `
if [ -r /proc/self/stat ]; then read -r started </proc/self/stat; else started="ps $$ $(ps -o lstart= -p $$)"; fi
set -C
echo "$started" >"$0/claim" || exit 125
set +C
bash "$0/command.sh"
code=$?
{ echo $code; times; echo end; } >"$0/exit"
`

/** Who holds the claim: a launcher's identity, `void` when a server decided that it must not start, or nobody yet. */
export function readClaim(folder: string): ProcessIdentity | 'void' | undefined {
  const text = readIfThere(join(folder, 'claim'))
  if (text === undefined) return undefined
  if (text === 'void\n') return 'void'
  // A launcher that was killed between creating and writing its claim has not run the command.
  if (!text.endsWith('\n')) return { pid: -1, start: '' }
  const bySystem = /^ps (\d+) (.*)\n$/.exec(text)
  if (bySystem !== null) return { pid: Number(bySystem[1]), start: bySystem[2]!.trim() }
  return { pid: Number.parseInt(text, 10), start: startFromStat(text.trimEnd()) ?? '' }
}

/** Takes the claim so that no launcher can run any more; false when a launcher was faster. */
export function voidClaim(folder: string): boolean {
  try {
    writeFileSync(join(folder, 'claim'), 'void\n', { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** What a finished launcher left; undefined while it runs or when it was killed. */
export function readExit(folder: string): { readonly exitCode: number; readonly cpuMs: number } | undefined {
  const text = readIfThere(join(folder, 'exit'))
  if (text === undefined || !text.endsWith('end\n')) return undefined
  const lines = text.split('\n')
  return { exitCode: Number(lines[0]), cpuMs: parseTimes(lines.slice(1, 3)) }
}

/** Milliseconds of the shell's \`times\` (POSIX): two lines of user and system time, own and children's. */
function parseTimes(lines: readonly string[]): number {
  let total = 0
  for (const [, minutes, seconds] of lines.join(' ').matchAll(/(\d+)m(\d+[.,]\d+)s/g)) {
    total += Number(minutes) * 60_000 + Number(seconds!.replace(',', '.')) * 1000
  }
  return Math.round(total)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
