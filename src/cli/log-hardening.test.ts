import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openHome } from './sluice-home.test-support.ts'

/* What a step writes may be anything: it breaks nothing, fills nothing, and a terminal does not obey it. */

const mebibyte = 1024 * 1024

/** The command with the most memory that its process had at any time (Linux), in bytes. */
async function measured(home: Awaited<ReturnType<typeof openHome>>, ...args: readonly string[]) {
  const running = home.start(...args)
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, peakMebibytes(running.child.pid!) * mebibyte)
  }, 20)
  const ran = await running.ended
  clearInterval(look)
  return { ...ran, peak }
}

async function logOf(t: TestContext, command: string, yaml = '') {
  const home = await openHome(t)
  await home.file('job.yml', `type: command\n${yaml}command: |\n  ${command.replaceAll('\n', '\n  ')}\n`)
  const ran = await measured(home, 'run', 'job.yml')
  const [log] = readdirSync(join(home.data, 'logs'))
  return { home, ran, name: log!.replace('.log', ''), file: join(home.data, 'logs', log!) }
}

/** The most memory a process has had; 0 when it is gone, though what it wrote may still be on its way. */
function peakMebibytes(pid: number): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) / 1024
  } catch {
    return 0
  }
}

test(
  'hardening 31: a gigabyte of log in one line is kept within its limit, read in bounded memory, and its end is there',
  { skip: process.platform !== 'linux' && 'measures memory by /proc' },
  async (t) => {
    const { home, ran, name, file } = await logOf(
      t,
      `echo the beginning\nhead -c ${1024 * mebibyte} /dev/zero | tr '\\0' x\necho\necho the end\nexit 3`,
    )
    assert.equal(ran.code, 1)
    assert.ok(ran.peak < 400 * mebibyte, `run took ${ran.peak / mebibyte} MiB`)
    assert.match(ran.err, /The last lines of job:\n/)
    assert.match(ran.err, /\n {2}the end\n/)
    const { size } = statSync(file)
    assert.ok(size <= 257 * mebibyte, String(size))
    const tail = await measured(home, 'job', 'logs', name, '--tail', '1')
    assert.deepEqual([tail.out, tail.code], ['the end\n', 0])
    const whole = home.start('job', 'logs', name)
    let bytes = 0
    let peak = 0
    whole.child.stdout!.removeAllListeners('data')
    whole.child.stdout!.on('data', (chunk: string) => {
      bytes += chunk.length
      peak = Math.max(peak, peakMebibytes(whole.child.pid!))
    })
    assert.equal((await whole.ended).code, 0)
    assert.equal(bytes, size)
    assert.ok(peak < 400, `logs took ${peak} MiB`)
  },
)

test('hardening 31: what is no UTF-8, NUL, escape sequences and turned-round text reach a file, and no terminal', async (t) => {
  const bytes = String.raw`a\xff\xfeb\0c\n\033]0;title\007\033[2Jd\n\033]52;c;aGk=\007\xe2\x80\xaee\r50%%\r100%%\n`
  const { home, ran, name, file } = await logOf(t, `printf '${bytes}'\nexit 1`)
  // What run shows of a failed step is shown on a terminal.
  assert.doesNotMatch(ran.err, /[\u0000\u001b\u202e\u0007]/)
  assert.match(ran.err, /\n {2}a��bc\n {2}d\n {2}e50%100%\n/)
  const exact = readFileSync(file)
  assert.ok(exact.includes(Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x00, 0x63])))
  const { out } = await home.sluice('job', 'logs', name)
  assert.equal(out, exact.toString())
  const lines = (await home.sluice('job', 'logs', name, '--json')).out.trim().split('\n')
  assert.deepEqual((JSON.parse(lines[0]!) as { line: string }).line, 'a��b\u0000c')
})

test('hardening 31: a line that is longer than what is kept in memory comes in pieces, marked where programs read', async (t) => {
  const { home, name } = await logOf(t, `head -c 200000 /dev/zero | tr '\\0' y\necho\necho z`)
  const { out } = await home.sluice('job', 'logs', name)
  assert.equal(out, `${'y'.repeat(200_000)}\nz\n`)
  const json = (await home.sluice('job', 'logs', name, '--json')).out.trim().split('\n')
  const pieces = json.map((line) => JSON.parse(line) as { line: string; is_cut?: boolean })
  assert.equal(pieces.map(({ line, is_cut: isCut }) => line + (isCut === true ? '' : '\n')).join(''), out)
})

test('job logs --tail prints the last lines of each step, and refuses what is no number', async (t) => {
  const home = await openHome(t)
  await home.file(
    'p.yml',
    `type: pipeline\njobs:\n  a: {command: 'seq 1 50'}\n  b: {command: 'seq 51 99', depends_on: [a]}\n`,
  )
  const { out } = await home.sluice('run', 'p.yml')
  const name = /^(\S+) completed in/m.exec(out)![1]!
  const tail = await home.sluice('job', 'logs', name, '--tail', '2')
  assert.equal(tail.out, '[a] 49\n[a] 50\n[b] 98\n[b] 99\n')
  assert.equal((await home.sluice('job', 'logs', name, '--tail', '1', '--step', 'b')).out, '99\n')
  const wrong = await home.sluice('job', 'logs', name, '--tail', 'many')
  assert.deepEqual([wrong.code, /--tail is "many"; expected a number of lines/.test(wrong.err)], [2, true])
})
