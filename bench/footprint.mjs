// What it costs to have it running: start to the first 200, memory of an idle server (proportional set size), CPU of --version.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measure, median, table } from './measure.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sluice = join(root, 'bin', 'sluice.mjs')
const rounds = Number(process.env.ROUNDS ?? 5)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function firstAnswer(file) {
  for (;;) {
    if (existsSync(file)) {
      try {
        const { url } = JSON.parse(readFileSync(file, 'utf8'))
        if ((await fetch(`${url}/health`)).status === 200) return
      } catch {
        // Not written whole, or not listening yet.
      }
    }
    await pause(5)
  }
}

/** Every process of a tree, by parent links. */
function tree(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
  return [pid, ...children.flatMap(tree)]
}

function pssMegabytes(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024
}

const starts = []
const memory = []
for (let round = 0; round < rounds; round++) {
  const data = mkdtempSync(join(tmpdir(), 'sluice-footprint-'))
  const before = performance.now()
  const server = spawn(process.execPath, [sluice, 'up', '--data', data, '--port', '0'], { stdio: 'ignore' })
  await firstAnswer(join(data, 'server.json'))
  starts.push((performance.now() - before) / 1000)
  await pause(3000)
  memory.push(tree(server.pid).reduce((sum, pid) => sum + pssMegabytes(pid), 0))
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
  rmSync(data, { recursive: true, force: true })
}
const version = Array.from({ length: 10 }, () => measure(process.execPath, [sluice, '--version']).cpu)
const bareNode = Array.from({ length: 10 }, () => measure(process.execPath, ['-e', '0']).cpu)
table(
  ['what', 'median', 'min', 'max', 'budget'],
  [
    ['start to first 200, s', ...spread(starts, 2), '1.00'],
    ['idle memory, MB PSS (whole tree)', ...spread(memory, 0), '150'],
    [
      '--version, CPU ms',
      ...spread(
        version.map((cpu) => cpu * 1000),
        0,
      ),
      '120',
    ],
    [
      'node -e 0, CPU ms (floor)',
      ...spread(
        bareNode.map((cpu) => cpu * 1000),
        0,
      ),
      '',
    ],
  ],
)

function spread(numbers, digits) {
  return [median(numbers), Math.min(...numbers), Math.max(...numbers)].map((number) => number.toFixed(digits))
}
