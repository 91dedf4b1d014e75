// The host of parallel jobs by itself: a description in, rows and a journal out; with plain Python and no server.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHostLab } from './host-lab.ts'

/** A process that was killed may stay a zombie where nobody reaps orphans. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, 'utf8'))
}

const numbers = (count: number, lineOf: (index: number) => string = String): string =>
  Array.from({ length: count }, (_, index) => `${lineOf(index)}\n`).join('')

test('1,000 mini-batches: every worker loads once, rows stand in the order of the files', async (t) => {
  const lab = openHostLab(t, {
    files: 1000,
    script: `def init():
    mark("init")
def run(mini_batch):
    # Else one worker might do everything before the other has begun.
    while open(FOLDER + "/marks").read().count("init") < 2:
        time.sleep(0.001)
    return [int(read(file)) * 2 for file in mini_batch]
def shutdown():
    mark("shutdown")
`,
  })
  const { code, log } = await lab.run()
  assert.equal(code, 0, log)
  assert.equal(
    lab.rows(),
    numbers(1000, (index) => String(index * 2)),
  )
  assert.deepEqual([...lab.marks()].sort(), ['init', 'init', 'shutdown', 'shutdown'])
  assert.match(log, /mini-batches: 1000 of 1000 done\n/)
})

test('a script sees its own arguments, its context and no argument of the host', async (t) => {
  const lab = openHostLab(t, {
    files: 5,
    script: `def run(mini_batch, context):
    return [[context.minibatch_index, len(mini_batch), *sys.argv[1:]]] * len(mini_batch)
`,
  })
  const reserved = [
    '--resource_monitor_interva',
    '20',
    '--allowed_failed_percent=30',
    '--append_row_separator',
    'comma',
  ]
  const own = ['--error', 'mine', '--model', 'a b']
  const miniBatchSize = { unit: 'items', amount: 2 }
  const { code, log } = await lab.run({ arguments: [...reserved, ...own], miniBatchSize })
  assert.equal(code, 0, log)
  const line = (index: number, count: number): string => `${index},${count},--error,mine,--model,a b\n`
  assert.equal(lab.rows(), line(0, 2).repeat(2) + line(1, 2).repeat(2) + line(2, 1))
})

test('a reserved argument with a wrong value is named with the value', async (t) => {
  const lab = openHostLab(t, { files: 1, script: 'def run(mini_batch):\n    return mini_batch\n' })
  const { code, log } = await lab.run({ arguments: ['--error_threshold', 'many'] })
  assert.equal(code, 1)
  assert.match(log, /--error_threshold must be a whole number, but is "many"/)
})

test('files are cut by size, and a file that is larger is a mini-batch of its own', async (t) => {
  const lab = openHostLab(t, {
    files: 4,
    script: 'def run(mini_batch):\n    return [len(mini_batch)] * len(mini_batch)\n',
  })
  writeFileSync(join(lab.folder, 'data', 'f00001.txt'), 'x'.repeat(3000))
  const { code, log } = await lab.run({ miniBatchSize: { unit: 'bytes', amount: 1024 } })
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), '1\n1\n2\n2\n')
})

test('partition keys are the folders of a file, in order or by name', async (t) => {
  const lab = openHostLab(t, {
    files: 0,
    script: `def run(mini_batch, context):
    keys = context.partition_key_value
    return [f"{keys['Store']}/{keys['Brand']}: {read(file)}" for file in mini_batch]
`,
  })
  for (const [folder, text] of [
    ['1/tropicana', 'a'],
    ['1/dominicks', 'b'],
    ['Store=2/Brand=x', 'c'],
  ] as const) {
    mkdirSync(join(lab.folder, 'data', folder), { recursive: true })
    for (const name of ['p.csv', 'q.csv']) writeFileSync(join(lab.folder, 'data', folder, name), text)
  }
  const { code, log } = await lab.run({ partitionKeys: ['Store', 'Brand'] })
  assert.equal(code, 0, log)
  assert.match(log, /3 of 3 done/)
  assert.equal(lab.rows(), '1/dominicks: b\n'.repeat(2) + '1/tropicana: a\n'.repeat(2) + '2/x: c\n'.repeat(2))
})

test('a file outside of the layout of the partition keys is named', async (t) => {
  const lab = openHostLab(t, { files: 1, script: 'def run(mini_batch):\n    return mini_batch\n' })
  const { code, log } = await lab.run({ partitionKeys: ['Store', 'Brand'] })
  assert.equal(code, 1)
  assert.match(log, /the file "f00000.txt" does not lie in folders \/\{Store\}\/\{Brand\}\//)
})

test('a worker that is killed costs its mini-batch one try, and no mini-batch is lost', async (t) => {
  const lab = openHostLab(t, {
    files: 20,
    script: `def run(mini_batch):
    for file in mini_batch:
        if read(file) in ("3", "11") and first_time(read(file)):
            os.kill(os.getpid(), signal.SIGKILL)
    return [read(file) for file in mini_batch]
`,
  })
  const { code, log } = await lab.run()
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), numbers(20))
  assert.match(log, /mini-batch 3: try 1 of 3 failed: the worker process was killed by SIGKILL/)
  assert.match(log, /mini-batches: 20 of 20 done, tried again \d times?\n/)
})

test('a mini-batch that hangs is ended after its timeout with all its processes, and tried again', async (t) => {
  const lab = openHostLab(t, {
    files: 6,
    script: `import subprocess
def run(mini_batch):
    if read(mini_batch[0]) == "2" and first_time("hang"):
        child = subprocess.Popen(["sleep", "1000"])
        mark(str(child.pid))
        time.sleep(1000)
    return [read(file) for file in mini_batch]
`,
  })
  const { code, log } = await lab.run({ timeoutSeconds: 1 })
  assert.equal(code, 0, log)
  assert.equal(lab.rows(), numbers(6))
  assert.match(log, /mini-batch 2: try 1 of 3 failed: run\(\) took longer than retry_settings.timeout \(1 s\)/)
  const [pid] = lab.marks()
  assert.ok(!isRunning(Number(pid)))
})

test('kill -9 of the host: the next attempt does only what was not done, and the result is the same', async (t) => {
  const lab = openHostLab(t, {
    files: 200,
    script: `def run(mini_batch):
    mark(read(mini_batch[0]))
    if read(mini_batch[0]) == "120" and first_time("signal"):
        time.sleep(1000)
    return [read(file) for file in mini_batch]
`,
  })
  const first = lab.start()
  await lab.waitFor('once-signal')
  first.child.kill('SIGKILL')
  assert.equal((await first.ended).signal, 'SIGKILL')
  const before = lab.marks().length
  const second = await lab.run()
  assert.equal(second.code, 0, second.log)
  assert.equal(lab.rows(), numbers(200))
  const done = Number(/mini-batches: (\d+) were done by an earlier attempt/.exec(second.log)?.[1])
  assert.ok(done >= 100 && done < 200, `${done} were done`)
  // Two workers: at most two mini-batches were under way and are done again.
  assert.ok(lab.marks().length <= 202, `${before} before, ${lab.marks().length} in all`)
})

test('a torn record at the end of the journal costs that mini-batch only', async (t) => {
  const lab = openHostLab(t, {
    files: 10,
    script: `def run(mini_batch):
    mark("run")
    if read(mini_batch[0]) == "9" and first_time("9"):
        raise ValueError("not yet")
    return [read(file) for file in mini_batch]
`,
  })
  const more = { workers: 1, maxRetries: 0, miniBatchErrorThreshold: 0 }
  assert.equal((await lab.run(more)).code, 1)
  const journal = join(lab.folder, 'resume', 'results')
  const text = readFileSync(journal, 'utf8')
  writeFileSync(journal, text.slice(0, text.indexOf('{"index": 9') - 1))
  const second = await lab.run(more)
  assert.equal(second.code, 0, second.log)
  assert.match(second.log, /8 were done by an earlier attempt/)
  assert.equal(lab.marks().length, 12)
  assert.equal(lab.rows(), numbers(10))
})

test('other data with the same resume folder is never mixed with the first', async (t) => {
  const lab = openHostLab(t, {
    files: 3,
    script:
      'def run(mini_batch):\n    return [read(file) for file in mini_batch if read(file) != "2" or not first_time("2")]\n',
  })
  const more = { maxRetries: 0, miniBatchErrorThreshold: 0 }
  assert.equal((await lab.run(more)).code, 1)
  rmSync(join(lab.folder, 'resume', 'mini-batches.json'))
  writeFileSync(join(lab.folder, 'data', 'g.txt'), 'other')
  const { log } = await lab.run(more)
  assert.doesNotMatch(log, /earlier attempt/)
  assert.equal(lab.rows(), `${numbers(3)}other\n`)
})

const failing = `def run(mini_batch):
    if read(mini_batch[0]) in ("1", "2"):
        raise ValueError("bad " + read(mini_batch[0]))
    return [read(file) for file in mini_batch]
`

for (const { what, more, code, message } of [
  { what: 'by default every failure is tolerated', more: {}, code: 0, message: /8 of 10 done, 2 failed/ },
  { what: 'two failures may be tolerated', more: { miniBatchErrorThreshold: 2 }, code: 0, message: /2 failed/ },
  {
    what: 'one failure too many ends the job',
    more: { miniBatchErrorThreshold: 1 },
    code: 1,
    message: /2 mini-batches failed, more than mini_batch_error_threshold \(1\)/,
  },
  {
    what: 'items are counted',
    more: { arguments: ['--error_threshold', '1'] },
    code: 1,
    message: /2 items failed, more than --error_threshold \(1\)/,
  },
  {
    what: 'the share of failures is counted',
    more: { arguments: ['--allowed_failed_percent', '15'] },
    code: 1,
    message: /2 of 10 mini-batches \(20 %\) failed, more than --allowed_failed_percent \(15\)/,
  },
] as const) {
  test(`thresholds: ${what}`, async (t) => {
    const lab = openHostLab(t, { files: 10, script: failing })
    const ended = await lab.run({ maxRetries: 1, ...more })
    assert.equal(ended.code, code, ended.log)
    assert.match(ended.log, message)
    assert.match(ended.log, /mini-batch 1: try 2 of 2 failed: ValueError: bad 1/)
    assert.match(ended.log, /Traceback \(most recent call last\):\n {2}File ".*entry.py", line \d+, in run/)
    assert.equal(existsSync(join(lab.folder, 'rows.txt')), code === 0)
    if (code === 0) assert.equal(lab.rows(), '0\n3\n4\n5\n6\n7\n8\n9\n')
  })
}

test('fewer results than items fail a mini-batch; what it gave last is kept', async (t) => {
  const lab = openHostLab(t, {
    files: 4,
    script: 'def run(mini_batch):\n    return [read(file) for file in mini_batch if read(file) != "2"]\n',
  })
  const miniBatchSize = { unit: 'items', amount: 2 }
  const kept = await lab.run({ miniBatchSize, maxRetries: 0, arguments: ['--error_threshold', '1'] })
  assert.equal(kept.code, 0, kept.log)
  assert.match(kept.log, /mini-batch 1: try 1 of 1 failed: run\(\) returned 1 of 2 items/)
  assert.equal(lab.rows(), '0\n1\n3\n')
  const strict = await lab.run({ miniBatchSize, maxRetries: 0, arguments: ['--error_threshold', '0'] })
  assert.match(strict.log, /1 items failed, more than --error_threshold \(0\)/)
})

test('failed mini-batches are tried again by the next attempt', async (t) => {
  const lab = openHostLab(t, {
    files: 4,
    script: `def run(mini_batch):
    mark(read(mini_batch[0]))
    if read(mini_batch[0]) == "2" and not os.path.exists(FOLDER + "/repaired"):
        raise ValueError("not yet")
    return mini_batch
`,
  })
  const more = { miniBatchErrorThreshold: 0, maxRetries: 0 }
  assert.equal((await lab.run(more)).code, 1)
  writeFileSync(join(lab.folder, 'repaired'), '')
  assert.equal((await lab.run(more)).code, 0)
  assert.equal(lab.marks().filter((text) => text === '2').length, 2)
  assert.equal(lab.marks().filter((text) => text === '0').length, 1)
})

for (const { what, script, message } of [
  {
    what: 'init() that raises',
    script: 'def init():\n    raise RuntimeError("no model")\ndef run(mini_batch):\n    return mini_batch\n',
    message: /the script or its init\(\) failed: RuntimeError: no model/,
  },
  { what: 'a script without run()', script: 'x = 1\n', message: /entry.py has no function run\(mini_batch\)/ },
  { what: 'a script that cannot be read', script: 'def run(:\n', message: /SyntaxError/ },
  {
    what: 'workers that die before they can work',
    script: 'os._exit(7)\n',
    message: /3 workers in a row did not start: the worker process ended with exit code 7/,
  },
] as const) {
  test(`the job ends at once on ${what}`, async (t) => {
    const { code, log } = await openHostLab(t, { files: 3, script }).run()
    assert.equal(code, 1, log)
    assert.match(log, message)
  })
}

test('an entry script that is not there is named before anything starts', async (t) => {
  const { code, log } = await openHostLab(t, { files: 3, script: '' }).run({
    entry: { kind: 'script', path: 'score.py' },
  })
  assert.equal(code, 1)
  assert.match(log, /the code has no file "score.py"; it has: entry.py/)
})

test('init() that does not return ends the job after --first_task_creation_timeout', async (t) => {
  const lab = openHostLab(t, {
    files: 2,
    script: 'def init():\n    time.sleep(1000)\ndef run(mini_batch):\n    return mini_batch\n',
  })
  const { code, log } = await lab.run({ arguments: ['--first_task_creation_timeout', '1'] })
  assert.equal(code, 1)
  assert.match(log, /no mini-batch could be begun within --first_task_creation_timeout \(1 s\)/)
})

test('no mini-batch that ends for too long ends the job', async (t) => {
  const lab = openHostLab(t, {
    files: 2,
    script: 'def run(mini_batch):\n    time.sleep(1000)\n',
  })
  const { code, log } = await lab.run({ arguments: ['--progress_update_timeout', '1'] })
  assert.equal(code, 1)
  assert.match(log, /no mini-batch ended within --progress_update_timeout \(1 s\)/)
})

test('run() that returns no list is told what to return', async (t) => {
  const lab = openHostLab(t, { files: 1, script: 'def run(mini_batch):\n    pass\n' })
  const { log } = await lab.run({ miniBatchErrorThreshold: 0, maxRetries: 0 })
  assert.match(log, /run\(\) must return a list, a tuple, an array or a DataFrame, but returned NoneType/)
})

test('outputs are moved to their places when all is done, and only then', async (t) => {
  const lab = openHostLab(t, {
    files: 3,
    script: `def run(mini_batch):
    out = FOLDER + "/resume/out/models/"
    os.makedirs(out, exist_ok=True)
    for file in mini_batch:
        open(out + read(file), "w").write("x")
    if read(mini_batch[0]) == "2" and first_time("2"):
        raise ValueError("not yet")
    return mini_batch
`,
  })
  const result = join(lab.folder, 'models')
  const more = {
    maxRetries: 0,
    miniBatchErrorThreshold: 0,
    outputs: [{ written: join(lab.folder, 'resume', 'out', 'models'), result }],
  }
  assert.equal((await lab.run(more)).code, 1)
  assert.ok(!existsSync(result))
  assert.equal((await lab.run(more)).code, 0)
  assert.deepEqual(readdirSync(result).sort(), ['0', '1', '2'])
  assert.ok(!existsSync(join(lab.folder, 'resume')))
})

test('no data is no failure', async (t) => {
  const lab = openHostLab(t, { files: 0, script: 'def run(mini_batch):\n    return mini_batch\n' })
  const { code, log } = await lab.run()
  assert.equal(code, 0)
  assert.match(log, /there is no data/)
  assert.equal(lab.rows(), '')
})

test('the level of logging is as asked, and modules beside the script are found', async (t) => {
  const lab = openHostLab(t, {
    files: 1,
    script: `import queue as beside
logging.getLogger("x").info("info is shown")
def run(mini_batch):
    logging.getLogger("x").warning("warning %s", beside.NAME)
    return mini_batch
`,
  })
  // A name of the standard library that the host itself uses.
  writeFileSync(join(lab.folder, 'queue.py'), 'NAME = "from beside"\n')
  const { code, log } = await lab.run({ loggingLevel: 'WARNING' })
  assert.equal(code, 0, log)
  assert.match(log, /warning from beside/)
  assert.doesNotMatch(log, /info is shown/)
})
