import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCliLab } from './cli-lab.test-support.ts'
import { commandTable, groupSummaries } from './command-table.ts'
import { completionScript } from './completion.ts'

test('init copies a template whole, into a folder that it makes', async (t) => {
  const lab = await openCliLab(t)
  const listed = await lab.sluice('init')
  assert.ok(listed.out.split('\n').includes('diabetes'))
  const { code, out, err } = await lab.sluice('init', 'diabetes')
  assert.deepEqual([code, out], [0, `${join(lab.folder, 'diabetes')}\n`])
  assert.match(err, /sluice run diabetes\/pipeline\.yml/)
  const source = join(import.meta.dirname, '../../examples/diabetes/pipeline.yml')
  assert.equal(await readFile(join(lab.folder, 'diabetes/pipeline.yml'), 'utf8'), await readFile(source, 'utf8'))
  assert.deepEqual((await readdir(lab.folder)).sort(), ['diabetes'])
})

test('init never overwrites anything, and says what to do', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('mine/notes.txt', 'precious')
  const { code, err } = await lab.sluice('init', 'diabetes', 'mine')
  assert.equal(code, 5)
  assert.match(err, /mine exists and is not an empty folder; nothing was changed/)
  assert.deepEqual(await readdir(join(lab.folder, 'mine')), ['notes.txt'])
  await lab.file('file', 'x')
  assert.equal((await lab.sluice('init', 'diabetes', 'file')).code, 5)
  await mkdir(join(lab.folder, 'empty'))
  assert.equal((await lab.sluice('init', 'diabetes', 'empty')).code, 0)
  // The beginning of one name is enough, and so is its own folder.
  assert.equal((await lab.sluice('init', 'retrain')).out, `${join(lab.folder, 'retrain-on-drift')}\n`)
})

test('schema lists the kinds and prints the schema of one', async (t) => {
  const lab = await openCliLab(t)
  const kinds = (await lab.sluice('schema')).out.trim().split('\n')
  assert.ok(kinds.includes('job') && kinds.includes('monitor'))
  const { items } = JSON.parse((await lab.sluice('schema', '--json')).out) as {
    items: { kind: string; file: string }[]
  }
  assert.deepEqual(
    items.map(({ kind }) => kind),
    kinds,
  )
  for (const { kind, file } of items) {
    const { code, out } = await lab.sluice('schema', kind)
    assert.equal(code, 0)
    assert.equal(out, await readFile(file, 'utf8'))
    assert.equal((JSON.parse(out) as { title: string }).title, `sluice: ${kind}`)
  }
  const { code, err } = await lab.sluice('schema', 'jobs')
  assert.equal(code, 3)
  assert.match(err, /no schema of "jobs".*\n.*There is: /)
})

test('init of an unknown template lists those there are', async (t) => {
  const lab = await openCliLab(t)
  const { code, err } = await lab.sluice('init', 'diabtes')
  assert.equal(code, 3)
  assert.match(err, /There is no template "diabtes"\.\nhint: There is: .*diabetes/)
})

test('validate reports every file and ends with 2 when one has a mistake', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('good.yml', 'steps: {}')
  await lab.file('bad.yml', 'steps:\n  typo: {}\n')
  const good = await lab.sluice('validate', 'good.yml')
  assert.deepEqual([good.code, good.out], [0, 'good.yml: pipeline-job fake, valid\n'])
  const both = await lab.sluice('validate', 'bad.yml', 'good.yml')
  assert.equal(both.code, 2)
  assert.match(both.err, /bad\.yml:2:3: Unknown field "typo"/)
  assert.match(both.out, /good\.yml: .* valid/)
  const json = JSON.parse((await lab.sluice('validate', 'bad.yml', 'good.yml', '--json')).out) as {
    items: { file: string; kind?: string; error?: { diagnostics: { at: { line: number } }[] } }[]
  }
  assert.equal(json.items[0]!.error!.diagnostics[0]!.at.line, 2)
  assert.equal(json.items[1]!.kind, 'pipeline-job')
})

test('plan says for every step what would happen and why, and counts', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('p.yml', 'steps: { prepare: { reused: true }, train: {} }')
  const { code, out } = await lab.sluice('plan', 'p.yml')
  assert.equal(code, 0)
  assert.equal(
    out,
    [
      'step     plan',
      'prepare  unchanged',
      'train    will run because input alpha: 0.4 -> 0.5',
      '',
      '2 steps: 1 unchanged, 1 will run; about 1.50 s by earlier runs',
      '',
    ].join('\n'),
  )
  assert.equal(lab.engine.submissions.length, 0)
  const json = JSON.parse((await lab.sluice('plan', 'p.yml', '--json')).out) as {
    steps: { verdict: { kind: string } }[]
  }
  assert.deepEqual(
    json.steps.map(({ verdict }) => verdict.kind),
    ['unchanged', 'run'],
  )
})

test('models are listed and shown', async (t) => {
  const lab = await openCliLab(t)
  assert.match((await lab.sluice('model', 'list')).out, /^diabetes +2 +champion: 2 +1970-/m)
  const { out } = await lab.sluice('model', 'show', 'diabetes')
  assert.match(out, /^tags: +area=diabetes$/m)
  assert.match(out, /^2 +champion +None +calm_otter_1/m)
  assert.equal((await lab.sluice('model', 'show', 'none')).code, 3)
})

test('an endpoint is deployed, shown, asked and deleted', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const deployed = await lab.sluice('endpoint', 'deploy', 'diabetes', '--model', 'diabetes@champion')
  assert.equal(deployed.code, 0)
  assert.match(deployed.out, /^scoring uri: +http:.*\/endpoints\/diabetes\/score$/m)
  assert.match((await lab.sluice('endpoint', 'list')).out, /^diabetes +default 100 %/m)
  await lab.file('request.json', '{"data": [[1]]}')
  const asked = await lab.sluice('endpoint', 'invoke', 'diabetes', '--request-file', 'request.json')
  assert.deepEqual([asked.code, asked.out], [0, '{"echoed":{"data":[[1]]}}\n'])
  const pinned = await lab.sluice('endpoint', 'invoke', 'diabetes', '--body', '1', '--deployment', 'blue')
  assert.equal(pinned.out, '{"echoed":1,"deployment":"blue"}\n')
  assert.match((await lab.sluice('endpoint', 'credentials', 'diabetes')).out, /^primary key: +first-of-diabetes$/m)
  assert.match((await lab.sluice('endpoint', 'show', 'diabetes')).out, /^default +ready +diabetes@champion +1$/m)
  assert.equal((await lab.sluice('endpoint', 'delete', 'diabetes')).code, 0)
  assert.equal((await lab.sluice('endpoint', 'show', 'diabetes')).code, 3)
})

test('after a deployment the next step is one that works: deploy to it, name the deployment, or just ask', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('endpoint.yml', '')
  await lab.file('green.yml', '')
  const hint = async (...args: string[]) =>
    (await lab.sluice('endpoint', 'deploy', 'e', ...args)).err.split('\n').at(-2)
  assert.match(
    (await hint('--file', 'endpoint.yml'))!,
    /^Nothing answers there yet\. .*: sluice endpoint deploy e --model/,
  )
  assert.match(
    (await hint('--file', 'green.yml', '--deployment', 'green'))!,
    /^It has no traffic yet\. Try it with: sluice endpoint invoke e --deployment green --request-file/,
  )
  assert.match((await hint('--model', 'm@champion'))!, /^Try it with: sluice endpoint invoke e --request-file/)
})

test('an endpoint and its deployment are made, changed, read and gone back with, in our spelling and in Azure\u2019s', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const made = await lab.sluice('endpoint', 'create', 'lines', '--unit-header', 'X-Unit', '--label', 'v1=blue')
  assert.deepEqual([made.code, /^unit header: +x-unit$/m.test(made.out)], [0, true], made.err)
  const deployed = await lab.sluice(
    ...[
      'online-deployment',
      'create',
      '--name',
      'blue',
      '--endpoint-name',
      'lines',
      '--model',
      'm@champion',
      '--local',
    ],
  )
  assert.match(deployed.out, /^endpoint: +lines$/m)
  assert.match(deployed.err, /Everything runs on this machine here/)
  assert.match((await lab.sluice('deployment', 'list', '--endpoint', 'lines')).out, /^blue +ready +0 %/m)
  assert.match((await lab.sluice('online-deployment', 'show', '-n', 'blue', '-e', 'lines')).out, /^status: +ready$/m)
  assert.match((await lab.sluice('endpoint', 'traffic', 'lines', 'blue=100')).out, /^traffic: +blue 100 %$/m)
  const updated = await lab.sluice('online-endpoint', 'update', '-n', 'lines', '--traffic', 'blue=90 green=10%')
  assert.match(updated.out, /^traffic: +blue 90 %, green 10 %$/m)
  assert.match((await lab.sluice('endpoint', 'mirror', 'lines', 'green=5')).out, /^mirror traffic: +green 5 %$/m)
  assert.doesNotMatch((await lab.sluice('endpoint', 'mirror', 'lines', 'off')).out, /mirror/)
  assert.match((await lab.sluice('endpoint', 'rollback', 'lines', '--reason', 'slow')).out, /^traffic: +before 100 %$/m)
  const keys = await lab.sluice('endpoint', 'regenerate-keys', 'lines', '--key', 'Secondary')
  assert.match(keys.out, /^secondary key: +new$/m)
  assert.equal((await lab.sluice('endpoint', 'logs', 'lines')).out, 'the last 200 lines of lines\n')
  const tail = await lab.sluice('deployment', 'logs', 'blue', '--endpoint', 'lines', '--lines', '3')
  assert.equal(tail.out, 'the last 3 lines of lines\n')
  assert.equal((await lab.sluice('deployment', 'update', 'blue', '--endpoint', 'lines', '--set', 'a=1')).code, 0)
  assert.equal((await lab.sluice('deployment', 'delete', 'blue', '--endpoint', 'lines')).code, 0)
})

test('mistakes about endpoints say what is wrong before anything is asked of a server', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  for (const [line, message] of [
    ['endpoint update lines', /Nothing says what to change/],
    ['endpoint traffic lines blue', /the traffic is "blue"; expected name=value/],
    ['endpoint traffic lines blue=all', /The traffic of "blue" is "all"/],
    ['endpoint regenerate-keys lines --key third', /There is no key "third"/],
    ['endpoint update lines --set a=1 --if-version x', /--if-version "x" is not a whole number/],
    ['endpoint invoke lines --body 1 --header broken', /--header "broken" is not "NAME: VALUE"/],
    ['deployment update blue --endpoint lines', /Nothing says what to change/],
    ['deployment show blue', /Nothing says which endpoint it is/],
    ['deployment logs blue --endpoint lines --lines many', /--lines "many" is not a whole number/],
  ] as const) {
    const { err, code } = await lab.sluice(...line.split(' '))
    assert.match(err, message)
    assert.equal(code, 2, line)
  }
})

test('a request that the model refuses ends with 1 and its answer; a request that is not JSON is never sent', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.sluice('endpoint', 'deploy', 'diabetes', '--model', 'azureml:diabetes:1')
  const raised = await lab.sluice('endpoint', 'invoke', 'diabetes', '--body', '"bad"')
  assert.deepEqual([raised.code, raised.out], [1, '{"message":"the model raised"}\n'])
  for (const [args, message] of [
    [['--body', '{'], /The request in --body is not JSON/],
    [[], /either --request-file or --body/],
    [['--request-file', 'a', '--body', '1'], /either --request-file or --body/],
  ] as const) {
    const { code, err } = await lab.sluice('endpoint', 'invoke', 'diabetes', ...args)
    assert.equal(code, 2)
    assert.match(err, message)
  }
  assert.equal((await lab.sluice('endpoint', 'invoke', 'diabetes', '--request-file', 'none.json')).code, 3)
  assert.equal((await lab.sluice('endpoint', 'deploy', 'diabetes')).code, 2)
})

test('status shows the server, or ends with 8 when none runs', async (t) => {
  const lab = await openCliLab(t)
  assert.equal((await lab.sluice('status')).code, 8)
  assert.equal(lab.opened.count, 0)
  await lab.serve()
  const { code, out } = await lab.sluice('status')
  assert.equal(code, 0)
  assert.match(out, new RegExp(`^url: +${lab.url()}$`, 'm'))
  assert.match(out, /^memory: +100 MB$/m)
})

test('a server that is named but away ends with 8', async (t) => {
  const lab = await openCliLab(t)
  for (const args of [['status'], ['job', 'list']]) {
    const { code, err } = await lab.sluice(...args, '--url', 'http://127.0.0.1:1')
    assert.equal(code, 8)
    assert.match(err, /The server at http:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/)
  }
  assert.equal((await lab.sluice('job', 'list', '--url', 'not a url')).code, 2)
})

test('doctor checks the machine and the store, and ends with 1 when something is wrong', async (t) => {
  const lab = await openCliLab(t)
  const { out, code } = await lab.sluice('doctor')
  for (const line of [
    /^ok {4}node: \d+/m,
    /^ok {4}bash: /m,
    /^ok {4}data folder: /m,
    /^ok {4}store: opens \(sqlite\)$/m,
  ])
    assert.match(out, line)
  assert.match(out, /^ok {4}database: integrity check passed$/m)
  assert.equal(code, /^fail/m.test(out) ? 1 : 0)
  const { environment } = lab
  const broken = await lab.sluiceWith({ environment: { ...environment, SLUICE_PYTHON: '/no/such/python' } }, 'doctor')
  assert.equal(broken.code, 1)
  assert.match(
    broken.out,
    /^fail {2}python: \/no\/such\/python does not run: .*\n +hint: Install Python 3\.10 or newer/m,
  )
})

test('doctor tells of a server that was killed and of a store that cannot be opened', async (t) => {
  const lab = await openCliLab(t)
  const dead = { pid: 2 ** 22 + 1, url: 'http://127.0.0.1:1', started_at: new Date().toISOString(), local_token: 'x' }
  await writeFile(join(lab.data, 'server.json'), JSON.stringify(dead))
  const openServer = () => Promise.reject(new Error('the file is not a database'))
  const { code, out } = await lab.sluiceWith({ openServer }, 'doctor', '--json')
  const { items } = JSON.parse(out) as { items: { name: string; outcome: string; detail: string }[] }
  const outcomeOf = (name: string) => items.find((item) => item.name === name)?.outcome
  assert.deepEqual([code, outcomeOf('server file'), outcomeOf('store')], [1, 'warn', 'fail'])
  assert.match(items.at(-1)!.detail, /the file is not a database/)
})

test('doctor finds what is open, left over or of another time, and mends what it can', async (t) => {
  const lab = await openCliLab(t)
  await lab.sluice('doctor')
  const dead = { pid: 2 ** 22 + 1, url: 'http://127.0.0.1:1', started_at: new Date().toISOString(), local_token: 'x' }
  const left = join(lab.data, 'git', 'fetch-abcdef')
  await mkdir(left, { recursive: true })
  await utimes(left, 5, 5)
  await writeFile(join(lab.data, 'server.json'), JSON.stringify(dead), { mode: 0o644 })
  await chmod(lab.data, 0o755)
  const ahead = Date.now() / 1000 + 3600
  await writeFile(join(lab.data, 'sluice.db-wal'), '')
  await utimes(join(lab.data, 'sluice.db-wal'), ahead, ahead)
  const look = async (...more: string[]) => {
    const { items } = JSON.parse((await lab.sluice('doctor', '--json', ...more)).out) as {
      items: { name: string; outcome: string; detail: string; hint?: string }[]
    }
    return (name: string) => items.find((item) => item.name === name)
  }
  const found = await look()
  assert.match(found('permissions')!.detail, /others on this machine may read .*server\.json/)
  assert.match(found('clock')!.detail, /last written 3\d{3} s in the future/)
  for (const name of ['permissions', 'clock', 'server file', 'leftovers']) assert.equal(found(name)!.outcome, 'warn')
  assert.equal((await stat(lab.data)).mode & 0o777, 0o755)
  await rm(join(lab.data, 'sluice.db-wal'))
  const fixed = await look('--fix')
  for (const name of ['permissions', 'server file', 'leftovers']) assert.match(fixed(name)!.detail, /^fixed: /)
  assert.equal((await stat(lab.data)).mode & 0o777, 0o700)
  const again = await look()
  for (const name of ['permissions', 'clock', 'cache']) assert.equal(again(name)!.outcome, 'ok')
  assert.deepEqual([again('server file'), again('leftovers')], [undefined, undefined])
  // A folder in which no program may be: the name is that of a file.
  const file = join(lab.folder, 'file')
  await writeFile(file, '')
  const { out } = await lab.sluiceWith({ environment: { ...lab.environment, SLUICE_CACHE: file } }, 'doctor')
  assert.match(out, /^fail {2}cache: programs in .* cannot be written and run/m)
})

test('completion knows every command and option, and bash runs its script', async (t) => {
  const lab = await openCliLab(t)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await lab.sluice('completion', shell)
    for (const row of commandTable) {
      for (const word of row.name.split(' ')) assert.ok(out.includes(word), `${shell} ${row.name}`)
      for (const { flags } of row.options ?? [])
        assert.ok(out.includes(/--([a-z-]+)/.exec(flags)![1]!), `${shell} ${flags}`)
    }
  }
  assert.equal((await lab.sluice('completion', 'tcsh')).code, 2)
  const complete = (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(' ')
    const script = `${completionScript('bash', { commandTable, groupSummaries })}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], { cwd: lab.folder, encoding: 'utf8' }).trim().split('\n')
  }
  assert.deepEqual(complete('sluice', 'va'), ['validate'])
  assert.deepEqual(complete('sluice', 'job', 'l'), ['list', 'logs'])
  assert.deepEqual(complete('sluice', 'job', 'logs', '--f'), ['--follow'])
  assert.deepEqual(complete('sluice', 'completion', 'z'), ['zsh'])
  await lab.file('pipeline.yml', '')
  assert.deepEqual(complete('sluice', 'run', 'pipe'), ['pipeline.yml'])
})
