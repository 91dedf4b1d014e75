// Python environments for tests with foreign clients, built by uv once and kept in the system's temporary folder.
// scripts/test.mjs may call it beforehand; the tests call it themselves.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = join(tmpdir(), `sluice-test-cache-${userInfo().username}`)

/**
 * The cache of the program under test: its environments, what uv downloads, its compiled code. All tests share it, the
 * runs too, so that each environment is built once.
 */
export const programCache = join(cache, 'program')

// The packages of our environments and of the program's are downloaded and unpacked once.
const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, UV_CACHE_DIR: join(programCache, 'uv') } }

/** The clients of the MLflow tests: the last of the second generation and the one whose protocol we speak. */
export const mlflowClients = {
  // Its tracing breaks on newer OpenTelemetry, which it does not refuse.
  2.22: ['mlflow==2.22.*', 'scikit-learn<1.7', 'opentelemetry-sdk<1.35'],
  3.17: ['mlflow==3.17.*'],
}

/** NVIDIA's client of the Open Inference Protocol. */
export const tritonClient = ['tritonclient[http,grpc]==2.*', 'numpy']

/** What makes ONNX files, and saves them with MLflow. */
export const onnxTools = ['mlflow==3.17.*', 'onnx', 'onnxruntime', 'skl2onnx', 'scikit-learn']

/**
 * The interpreter of an environment with these packages. It is built when it is not there, byte-compiled, by one
 * process at a time; a build that was interrupted is done anew.
 */
export async function pythonEnvironment(packages) {
  const name = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 16)
  const folder = join(cache, name)
  const python = join(folder, 'bin', 'python')
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return python
  await mkdir(cache, { recursive: true })
  await alone(join(cache, `${name}.lock`), async () => {
    if (existsSync(complete)) return
    await rm(folder, { recursive: true, force: true })
    const uv = await findUv()
    await run(uv, ['venv', '--quiet', '--seed', '--python', await basePython(), folder], options)
    const install = ['pip', 'install', '--quiet', '--compile-bytecode', '--python', python]
    await run(uv, [...install, ...packages], options)
    await writeFile(complete, packages.join('\n'))
  })
  return python
}

/** The newest Python on PATH that the clients have wheels for. */
async function basePython() {
  const names = ['python3', 'python3.12', 'python3.11', 'python3.13', 'python3.10']
  for (const name of names) {
    const version = await outputOf(name, ['-c', 'import sys; print(*sys.version_info[:2])'])
    const [major, minor] = version.split(' ').map(Number)
    if (major === 3 && minor >= 10 && minor <= 13)
      return (await outputOf(name, ['-c', 'import sys; print(sys.executable)'])).trim()
  }
  throw new Error('The tests with the MLflow client need Python 3.10 to 3.13 on PATH.')
}

async function findUv() {
  if ((await outputOf('uv', ['--version'])) !== '') return 'uv'
  const folder = join(cache, 'uv')
  const uv = join(folder, 'bin', 'uv')
  if (existsSync(uv)) return uv
  await alone(join(cache, 'uv.lock'), async () => {
    if (existsSync(uv)) return
    const aside = `${folder}.${process.pid}`
    await run(await basePython(), ['-m', 'pip', 'install', '--quiet', '--target', aside, 'uv'], options)
    await rm(folder, { recursive: true, force: true })
    await rename(aside, folder)
  })
  return uv
}

async function outputOf(command, args) {
  try {
    return (await run(command, args, options)).stdout
  } catch {
    return ''
  }
}

/** Runs `work` while no other process holds the lock; the lock of a process that is gone is taken over. */
async function alone(lock, work) {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
      if (Number.isInteger(holder) && holder > 0 && !isRunning(holder)) await rm(lock, { force: true })
      else await pause(200)
    }
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
