// Whole-process figures of a command: wall seconds, CPU seconds of it and everything it waited for, peak memory.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs a command to its end through a tiny waiter whose resource usage is the command's alone. */
export function measure(command, args, options = {}) {
  const script = `
    const { spawnSync } = require('node:child_process')
    const [command, ...args] = JSON.parse(process.argv[1])
    const startedMs = Date.now()
    const before = process.hrtime.bigint()
    const { status, stderr, stdout } = spawnSync(command, args, { maxBuffer: 1 << 28 })
    const wall = Number(process.hrtime.bigint() - before) / 1e9
    const fs = require('node:fs')
    // Fields 16 and 17 of /proc/self/stat: CPU of waited-for children, in ticks of 10 ms.
    const stat = fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
    const cpu = (Number(stat[13]) + Number(stat[14])) / 100
    process.stdout.write(JSON.stringify({ status, startedMs, wall, cpu, stdout: String(stdout).slice(-20000), stderr: String(stderr).slice(-4000) }))
  `
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, JSON.stringify([command, ...args])], {
    maxBuffer: 1 << 28,
    ...options,
  })
  const figures = JSON.parse(String(stdout) || `{"status":-1,"stderr":${JSON.stringify(String(stderr))}}`)
  if (figures.status !== 0 && options.mayFail !== true) {
    console.error(
      `${command} ${args.join(' ').slice(0, 200)} failed with ${figures.status}:\n${figures.stdout ?? ''}\n${figures.stderr}`,
    )
    process.exit(1)
  }
  return figures
}

/** CPU seconds so far of a process and everything below it, living or waited for. */
export function treeCpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.reduce((sum, child) => sum + treeCpu(Number(child)), own)
}

/** Proportional memory of a process and everything below it, bytes: pages that several share count once. */
export function treeMemory(pid) {
  const own = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.reduce((sum, child) => sum + treeMemory(Number(child)), own)
}

/** CPU milliseconds so far of one process, all its threads, to the microsecond: what a single call cost. */
export function preciseCpu(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
}

/** A server of ours on a store of its own, answering; `prefix` is a command that runs it, e.g. on one core. */
export async function startServer(sluice, data, prefix = []) {
  const file = join(data, 'server.json')
  // Not there yet or not written whole until it listens.
  const health = () => `${JSON.parse(readFileSync(file, 'utf8')).url}/health`
  const command = [...prefix, process.execPath, sluice, 'up', '--data', data, '--port', '0']
  const started = await startProcess(command, { log: `${data}.log`, health })
  return { ...started, url: JSON.parse(readFileSync(file, 'utf8')).url }
}

/**
 * A server, answering at what `health` gives (or where `answers` says so); what it printed is in the error when it ends
 * before that.
 */
export async function startProcess([command, ...args], { log, health, answers, ...options }) {
  const isUp = answers ?? (async () => (await fetch(health())).ok)
  const began = performance.now()
  const output = openSync(log, 'w')
  const child = spawn(command, args, { ...options, stdio: ['ignore', output, output] })
  closeSync(output)
  let over = false
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve)).then(() => (over = true))
  for (;;) {
    if (over) throw new Error(`${command} ${args.join(' ')} ended at its start:\n${readFileSync(log, 'utf8')}`)
    try {
      if (await isUp()) break
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return {
    pid: child.pid,
    startSeconds: (performance.now() - began) / 1000,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A measured command with what it cost the server added. */
export function withServer(server, run) {
  const before = treeCpu(server.pid)
  const figures = run()
  return { ...figures, cpu: figures.cpu + treeCpu(server.pid) - before }
}

export function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)]
}

/** Prints rows of figures under headings. */
export function table(headings, rows) {
  const cells = [headings, ...rows.map((row) => row.map(String))]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  for (const row of cells)
    console.log(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
    )
}

export function hasCommand(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${name}`))
}

/** Runs a command; CPU seconds of its whole tree and the most proportional memory it had, looked at ten times a second. */
export async function watched(command, args) {
  const began = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [cpu, memory, output] = [0, 0, '']
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const timer = setInterval(() => {
    try {
      // What a process of the tree used is its parent's once it has ended, so the sum only grows.
      cpu = Math.max(cpu, treeCpu(child.pid))
      memory = Math.max(memory, treeMemory(child.pid))
    } catch {
      // One of the tree ended while we looked.
    }
  }, 100)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(timer)
  if (code !== 0) {
    console.error(`${command} ${args.join(' ')} failed with ${code}:\n${output}`)
    process.exit(1)
  }
  return { wall: (performance.now() - began) / 1000, cpu, memory, output }
}
