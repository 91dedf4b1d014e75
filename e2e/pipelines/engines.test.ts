// What a pipeline can do besides running its steps, by the program from outside, on both databases: one server for each.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer, stopServer } from '../crash/server.ts'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'

interface Job {
  readonly name: string
  readonly status: string
  readonly status_detail?: string
  readonly step?: string
  readonly attempts?: number
  readonly reused_from?: string
  readonly properties: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, { readonly value?: string }>>
  readonly mini_batches?: Readonly<Record<string, number>>
  readonly error?: { readonly message: string }
}

const logMetric = join(import.meta.dirname, '../sweep/log_metric.py')

for (const engine of ['sqlite', 'postgres'] as const)
  test(`pipelines on ${engine}`, { skip: engine === 'postgres' && skipPostgres, timeout: 600_000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-pipelines-'))
    const database = engine === 'postgres' ? await makeSchema(t) : undefined
    const server = await startServer({ data: join(folder, 'store'), ...(database !== undefined && { database }) })
    t.after(async () => {
      await stopServer(server)
      rmSync(folder, { recursive: true, force: true })
    })

    async function ended(name: string): Promise<Job> {
      for (;;) {
        const job = await server.get<Job>(`/api/v1/jobs/${name}`)
        if (['Completed', 'Failed', 'Canceled'].includes(job.status)) return job
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    }

    /** Submits a pipeline and waits for its end. */
    async function run(name: string, yaml: string): Promise<{ readonly root: Job; step: (path: string) => Job }> {
      const file = join(folder, `${name}.yml`)
      writeFileSync(file, `type: pipeline\nexperiment_name: ${name}\ndisplay_name: ${name}\n${yaml}`)
      const { name: job } = await server.post<Job>('/api/v1/jobs', { file })
      const root = await ended(job)
      const { items } = await server.get<{ items: readonly Job[] }>(`/api/v1/jobs/${job}/children`)
      const step = (path: string): Job => {
        const found = items.find((one) => one.step === path)
        assert.ok(found !== undefined, `no step ${path} among ${items.map((one) => one.step).join(', ')}`)
        return found
      }
      return { root, step }
    }

    function lines(file: string): readonly string[] {
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').sort() : []
    }

    await t.test(
      'a loop in the body of a loop, with a branch on what came of it; the same again runs nothing',
      async () => {
        const marks = join(folder, 'loop-marks')
        writeFileSync(
          join(folder, 'double.yml'),
          `type: command
name: double
inputs: {n: {type: integer}}
outputs: {n: {type: integer}, more: {type: boolean}}
command: >-
  echo \${{inputs.n}} >>${marks}; n=$(( \${{inputs.n}} * 2 )); echo $n >\${{outputs.n}};
  if [ $n -lt 20 ]; then echo true; else echo false; fi >\${{outputs.more}}
`,
        )
        writeFileSync(
          join(folder, 'item.yml'),
          `type: pipeline
name: item
inputs: {start: {type: integer}, wants_note: {type: boolean, default: false}}
outputs: {end: {type: integer}}
jobs:
  double:
    component: double.yml
    inputs: {n: '\${{parent.inputs.start}}'}
    outputs: {n: '\${{parent.outputs.end}}'}
  until_large:
    type: do_while
    body: \${{parent.jobs.double}}
    condition: \${{parent.jobs.double.outputs.more}}
    mapping: {n: n}
    limits: {max_iteration_count: 10}
  gate: {type: if_else, condition: '\${{parent.inputs.wants_note}}', true_block: '\${{parent.jobs.note}}'}
  note: {command: echo noted, depends_on: [until_large]}
`,
        )
        const yaml = `
jobs:
  one: {type: pipeline, component: item.yml}
  each:
    type: parallel_for
    body: \${{parent.jobs.one}}
    items: {small: {start: 1}, large: {start: 9, wants_note: true}}
  ends:
    command: echo '\${{inputs.ends}}' >\${{outputs.o}}
    inputs: {ends: '\${{parent.jobs.each.outputs.end}}'}
    outputs: {o: {type: string}}
`
        const first = await run('loops', yaml)
        assert.equal(first.root.status, 'Completed', JSON.stringify(first.root.error))
        assert.equal(first.step('ends').outputs['o']?.value, '[32,36]')
        assert.equal(first.step('each.small.until_large.4').outputs['n']?.value, '32')
        assert.match(first.step('each.small.note').status_detail ?? '', /Skipped/)
        assert.equal(first.step('each.large.note').status, 'Completed')
        const ran = ['1', '16', '18', '2', '4', '8', '9']
        assert.deepEqual(lines(marks), ran)
        const again = await run('loops', yaml)
        assert.equal(again.step('each.small.until_large.4').reused_from, first.step('each.small.until_large.4').name)
        assert.deepEqual(lines(marks), ran)
      },
    )

    // e2e/sweep runs Optuna on SQLite.
    for (const sampling of ['grid', 'random', ...(engine === 'postgres' ? ['bayesian'] : [])])
      await t.test(`a sweep by ${sampling}: the best trial's output flows on`, async () => {
        const { root, step } = await run(
          `sweep-${sampling}`,
          `
jobs:
  tune:
    type: sweep
    trial:
      command: >-
        python3 ${logMetric} loss $(( (\${{search_space.x}} - 2) * (\${{search_space.x}} - 2) ));
        echo \${{search_space.x}} >\${{outputs.x}}
    outputs: {x: {type: integer}}
    search_space: {x: {type: choice, values: [1, 2, 3]}}
    sampling_algorithm: ${sampling === 'random' ? '{type: random, seed: 4}' : sampling}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 3, max_concurrent_trials: 2}
  after:
    command: echo \${{inputs.x}} >\${{outputs.x}}
    inputs: {x: '\${{parent.jobs.tune.outputs.x}}'}
    outputs: {x: {type: integer}}
`,
        )
        assert.equal(root.status, 'Completed', JSON.stringify(root.error))
        const { items } = await server.get<{ items: readonly { value: number; is_best: boolean; job: string }[] }>(
          `/api/v1/jobs/${step('tune').name}/trials`,
        )
        assert.equal(items.length, 3)
        const values = items.map(({ value }) => value)
        assert.deepEqual(values, values.toSorted())
        assert.deepEqual([items[0]!.is_best, items[0]!.job], [true, step('tune').properties['best_child_run_id']])
        if (sampling === 'grid') assert.deepEqual(values, [0, 1, 1])
        const x = Number(step('after').outputs['x']?.value)
        assert.equal((x - 2) ** 2, values[0])
      })

    await t.test('a parallel step tries a mini-batch again and passes its rows on in order', async () => {
      const [code, files] = ['src', 'files'].map((name) => join(folder, name))
      mkdirSync(code!)
      mkdirSync(files!)
      for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(files!, name), name)
      writeFileSync(
        join(code!, 'entry.py'),
        `import os
def run(mini_batch):
    name = os.path.basename(mini_batch[0])
    if name == "c" and not os.path.exists(${JSON.stringify(join(folder, 'tried'))}):
        open(${JSON.stringify(join(folder, 'tried'))}, "w").close()
        raise ValueError("not the first time")
    return [name.upper()]
`,
      )
      const { root, step } = await run(
        'parallel',
        `
jobs:
  score:
    type: parallel
    inputs: {files: {type: uri_folder, path: files}}
    outputs: {rows: {type: uri_file}}
    max_concurrency_per_instance: 2
    mini_batch_error_threshold: 0
    task: {type: run_function, code: src, entry_script: entry.py, append_row_to: '\${{outputs.rows}}'}
  look: {command: 'cat \${{inputs.rows}}', inputs: {rows: '\${{parent.jobs.score.outputs.rows}}'}}
`,
      )
      assert.equal(root.status, 'Completed', JSON.stringify(root.error))
      assert.equal(await server.text(`/api/v1/jobs/${step('look').name}/log`), 'A\nB\nC\nD\n')
      assert.ok(existsSync(join(folder, 'tried')))
      assert.deepEqual(step('score').mini_batches, { total: 4, done: 4, failed: 0, retried: 1 })
    })

    await t.test(
      'a step that fails is tried again as it says, and what failed for good runs when it is retried',
      async () => {
        const [marks, open] = [join(folder, 'retry-marks'), join(folder, 'open')]
        const { root, step } = await run(
          'retries',
          `
jobs:
  flaky:
    command: echo tried >>${marks}; test $(wc -l <${marks}) -eq 3
    retry: {max_retries: 2, delay: 0.01}
  stuck: {command: 'test -e ${open}', depends_on: [flaky]}
  later: {command: echo later, depends_on: [stuck]}
`,
        )
        assert.equal(root.status, 'Failed')
        assert.deepEqual([step('flaky').status, step('flaky').attempts], ['Completed', 3])
        assert.equal(step('stuck').status, 'Failed')
        writeFileSync(open, '')
        const { name } = await server.post<Job>(`/api/v1/jobs/${root.name}/retry`, { only_failed: true })
        assert.equal((await ended(name)).status, 'Completed')
        assert.equal(lines(marks).length, 3)
      },
    )

    await t.test('tags change, and a job is deleted only when nothing took its results', async () => {
      const yaml = `
jobs:
  make: {command: 'echo 1 >\${{outputs.o}}', outputs: {o: {type: uri_file}}}
`
      const [first, second] = [await run('orderly', yaml), await run('orderly', yaml)]
      const path = `/api/v1/jobs/${first.root.name}`
      await server.call(path, 'PATCH', { tags: { stage: 'done', note: 'x' } })
      await server.call(path, 'PATCH', { tags: { note: null } })
      const { tags } = await server.get<{ tags: Record<string, string> }>(path)
      assert.deepEqual(tags, { stage: 'done' })
      const found = await server.post<{ runs: readonly { info: { run_id: string } }[] }>(
        '/api/2.0/mlflow/runs/search',
        {
          experiment_ids: [(await server.get<{ experiment_id: string }>(path)).experiment_id],
          filter: "tags.stage = 'done'",
        },
      )
      assert.deepEqual(
        found.runs.map(({ info }) => info.run_id),
        [first.root.name],
      )
      await assert.rejects(server.call(path, 'DELETE'), new RegExp(`409.*job ${second.root.name} lead`))
      await server.call(`/api/v1/jobs/${second.root.name}`, 'DELETE')
      await server.call(path, 'DELETE')
      await assert.rejects(server.get(path), /404/)
      await assert.rejects(server.get(`/api/2.0/mlflow/runs/get?run_id=${first.root.name}`), /404/)
    })

    await t.test('a step cancels its job: what runs beside it ends, nothing after it begins', async () => {
      const beside = join(folder, 'beside')
      const { root, step } = await run(
        'cancel',
        `
jobs:
  beside: {command: 'echo beside >${beside}; exec sleep 600'}
  stop:
    command: |
      while [ ! -s ${beside} ]; do sleep 0.05; done
      sluice job cancel "$AZUREML_ROOT_RUN_ID"
      exec sleep 600
  later: {command: 'echo later >${join(folder, 'later')}', depends_on: [stop]}
`,
      )
      assert.equal(root.status, 'Canceled')
      assert.equal(step('stop').status_detail, `canceled by job:${step('stop').name}`)
      assert.deepEqual([step('beside').status, step('later').status], ['Canceled', 'Canceled'])
      assert.equal(existsSync(join(folder, 'later')), false)
    })
  })
