/**
 * The git program, asked so that neither a repository nor an address can make it do more than fetch: arguments as a list,
 * one protocol and the safe ones it may be mapped to, no hooks, no submodules, no prompts, no redirects, no variables of
 * git's own. The user's own configuration is read where the network is asked, for its credential helpers and proxies, and
 * not where files are written, so that filters and line ends of this machine change no content.
 */
import { execFile } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { messageOf, SluiceError } from '../base/errors.ts'
import { type GitPlace, withoutCredentials } from '../spec/git-uri.ts'
import { whyNotFetched } from './fetched-address.ts'

export interface GitCommand {
  /** Of the machine: PATH, HOME, proxies. */
  readonly variables: Readonly<Record<string, string>>
}

const safety = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.askPass=',
  'credential.interactive=false',
  'fetch.recurseSubmodules=false',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.ext.allow=never',
  // Git's own rule would follow the first redirect, also to where nobody named.
  'http.followRedirects=false',
  'http.lowSpeedLimit=1000',
  'http.lowSpeedTime=60',
].flatMap((setting) => ['-c', setting])

/** Asked of the repository's server. */
export async function askRemote(
  git: GitCommand,
  place: GitPlace,
  { args, timeoutMs }: { readonly args: readonly string[]; readonly timeoutMs: number },
): Promise<string> {
  const allowed = place.protocol === 'file' ? 'file' : place.protocol === 'http' ? 'http:https:ssh' : 'https:ssh'
  const all = [...safety, ...(await pinnedAddress(place)), ...args]
  const environment = { ...surroundings(git), GIT_ALLOW_PROTOCOL: allowed, GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' }
  return run(all, { environment, timeoutMs })
}

/** Asked of a folder that was fetched. */
export async function askFolder(git: GitCommand, args: readonly string[]): Promise<string> {
  const environment = { ...surroundings(git), GIT_CONFIG_GLOBAL: '/dev/null', GIT_ALLOW_PROTOCOL: 'none' }
  return run([...safety, ...args], { environment, timeoutMs: 600_000 })
}

function surroundings({ variables }: GitCommand): Record<string, string> {
  return { ...variables, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1' }
}

/**
 * Resolves the host once and holds git to what was found, by the rules of files of the web (fetched-address.ts): an
 * author may name a machine of their own network, but no link-local address, behind which clouds keep credentials.
 */
async function pinnedAddress({ protocol, repository, host, port }: GitPlace): Promise<readonly string[]> {
  if (host === undefined) return []
  const addresses = isIP(host) !== 0 ? [host] : await resolved(host, repository)
  const problem = addresses.map((address) => whyNotFetched(address, true)).find((why) => why !== undefined)
  if (problem !== undefined)
    throw new SluiceError('input-not-found', `${repository} is not fetched: ${problem}.`, {
      hint: 'Name the address where the repository really is.',
    })
  if (protocol === 'ssh' || isIP(host) !== 0) return []
  const written = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address))
  return ['-c', `http.curloptResolve=${host}:${port ?? (protocol === 'https' ? 443 : 80)}:${written.join(',')}`]
}

async function resolved(host: string, repository: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (cause) {
    throw new SluiceError('input-not-found', `${repository} cannot be fetched: ${messageOf(cause)}.`, {
      hint: 'Check the name of the host, and the network of the server.',
      cause,
    })
  }
}

interface Surroundings {
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

function run(args: readonly string[], { environment, timeoutMs }: Surroundings): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: environment, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' } as const
    execFile('git', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return reject(
          new SluiceError('not-supported', 'git is not installed where the server runs.', {
            hint: 'Install git, or copy the code beside the YAML file.',
          }),
        )
      const words = error.killed === true ? `no end after ${timeoutMs / 1000} s` : lastWords(stderr)
      reject(new SluiceError('input-not-found', words, { cause: error }))
    })
  })
}

/** What git says of why, in one line. */
function lastWords(stderr: string): string {
  const lines = withoutCredentials(stderr)
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote): /, '').trim())
    .filter((line) => line !== '')
  return lines.slice(0, 3).join('; ').replace(/\.$/, '').slice(0, 500) || 'git failed and did not say why'
}
