// Notebooks as steps, and a notebook that becomes a pipeline, in a real environment with Jupyter's kernel.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { programCache } from '../python-environments.mjs'

const root = join(import.meta.dirname, '../..')

type Ran = { readonly code: number; readonly out: string; readonly err: string }

interface Lab {
  readonly folder: string
  readonly write: (name: string, text: string) => void
  readonly sluice: (...args: string[]) => Promise<Ran>
  /** Steps of the newest job, by their key. */
  readonly steps: () => Promise<ReadonlyMap<string, { readonly name: string; readonly status: string }>>
}

function openLab(t: TestContext): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-notebook-'))
  const env = { ...process.env, SLUICE_CACHE: programCache, SLUICE_DATA: join(folder, '.store'), SLUICE_PORT: '0' }
  const sluice: Lab['sluice'] = async (...args) => {
    const command = [join(root, 'bin/sluice.mjs'), ...args]
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: folder, env })
      return { code: 0, out: stdout, err: stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, out: stdout, err: stderr }
    }
  }
  t.after(async () => {
    await sluice('down')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    write: (name, text) => writeFileSync(join(folder, name), text),
    sluice,
    steps: async () => {
      const { items } = JSON.parse((await sluice('job', 'list', '--json')).out) as {
        items: readonly { name: string }[]
      }
      const { steps } = JSON.parse((await sluice('job', 'show', items[0]!.name, '--json')).out) as {
        steps: readonly { step: string; name: string; status: string }[]
      }
      return new Map(steps.map((step) => [step.step, step]))
    },
  }
}

function notebook(cells: readonly (readonly [source: string, ...tags: string[]])[]): string {
  return JSON.stringify({
    cells: cells.map(([source, ...tags], index) => ({
      id: `cell${index}`,
      cell_type: 'code',
      metadata: { tags },
      source: source.split(/(?<=\n)/),
      outputs: [],
      execution_count: null,
    })),
    metadata: { kernelspec: { name: 'somebody-s-own', display_name: 'x', language: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  })
}

const environment = `
    environment:
      conda_file:
        dependencies: [python=3.11, pip, pip: [papermill==2.*, ipykernel==6.*, nbconvert==7.*]]
`

test('a notebook is a step: inputs are parameters, outputs paths, the executed notebook and its HTML artifacts', async (t) => {
  const lab = openLab(t)
  lab.write(
    'train.ipynb',
    notebook([
      ['alpha = 0.1\nfolds = 2\nname = "x"\ndata = None\nmodel = None', 'parameters'],
      ['import json\nrows = open(data).read().split()\nprint("training with", alpha, folds, name)'],
      ['json.dump([alpha, folds, name, len(rows), type(alpha).__name__], open(model, "w"))'],
    ]),
  )
  lab.write('rows.txt', 'a b c')
  lab.write(
    'pipeline.yml',
    `type: pipeline
jobs:
  train:
    notebook: ./train.ipynb
    inputs: { alpha: 0.5, folds: 3, name: ridge, data: { type: uri_file, path: rows.txt } }
    outputs: { model: { type: uri_file } }${environment}
  look:
    command: cat \${{inputs.model}}
    inputs: { model: '\${{parent.jobs.train.outputs.model}}' }
`,
  )
  const ran = await lab.sluice('run', 'pipeline.yml')
  const steps = await lab.steps()
  const log = (await lab.sluice('job', 'logs', steps.get('train')!.name)).out
  assert.equal(ran.code, 0, ran.err + log)
  assert.equal((await lab.sluice('job', 'logs', steps.get('look')!.name)).out, '[0.5, 3, "ridge", 3, "float"]\n')
  assert.match(log, /training with 0.5 3 ridge/)
  await lab.sluice('up', '--detach')
  const { url } = JSON.parse((await lab.sluice('status', '--json')).out) as { url: string }
  const list = `${url}/api/2.0/mlflow/artifacts/list?run_id=${steps.get('train')!.name}&path=outputs`
  const { files } = (await (await fetch(list)).json()) as { files: readonly { path: string }[] }
  assert.deepEqual(
    files.map(({ path }) => path),
    ['outputs/train.html', 'outputs/train.ipynb'],
  )
  const again = await lab.sluice('run', 'pipeline.yml', '--set', 'jobs.train.inputs.alpha=0.7')
  assert.match(again.out, /train +completed .*because input alpha: 0.5 -> 0.7/)
})

test('a cell that fails fails the step, with the traceback in its log', async (t) => {
  const lab = openLab(t)
  lab.write('bad.ipynb', notebook([['x = 1'], ['def divide(n):\n    return n / 0\ndivide(x)'], ['print("never")']]))
  lab.write('pipeline.yml', `type: pipeline\njobs:\n  bad:\n    notebook: bad.ipynb${environment}`)
  const ran = await lab.sluice('run', 'pipeline.yml')
  assert.notEqual(ran.code, 0)
  const log = (await lab.sluice('job', 'logs', (await lab.steps()).get('bad')!.name)).out
  assert.match(log, /cell \d+ of bad.ipynb failed:\n +def divide\(n\):/)
  assert.match(log, /ZeroDivisionError: division by zero/)
  assert.doesNotMatch(log, /\u001b\[|never/)
})

test('an environment without papermill is told what to add', async (t) => {
  const lab = openLab(t)
  lab.write('n.ipynb', notebook([['x = 1']]))
  lab.write('pipeline.yml', 'type: pipeline\njobs:\n  n: { notebook: n.ipynb }\n')
  await lab.sluice('run', 'pipeline.yml')
  const log = (await lab.sluice('job', 'logs', (await lab.steps()).get('n')!.name)).out
  assert.match(log, /a notebook needs papermill.* in the environment of its step/)
})

const study = notebook([
  ['%matplotlib inline\nimport csv\nimport statistics as st'],
  ['data = "data.csv"\nfactor = 0.5\nfolds = 3\nverbose = True', 'parameters'],
  ['def load(path):\n    with open(path) as file:\n        return [float(row["x"]) for row in csv.DictReader(file)]'],
  ['values = load(data)\nlimits = {}', 'step:prepare'],
  ['values[:3]'],
  ['limits["low"] = factor', 'step:prepare'],
  ['model = {"mean": st.mean(values) * folds}\nvalues.append(1.0)', 'step:train'],
  ['print(model, len(values), verbose, limits)', 'step:report'],
])

test('a notebook whose cells are tagged becomes a pipeline that runs and gives what the notebook gives', async (t) => {
  const lab = openLab(t)
  lab.write('study.ipynb', study)
  lab.write('data.csv', 'x\n1\n2\n3\n')
  const made = await lab.sluice('init', 'from-notebook', 'study.ipynb', '--into', 'study')
  assert.equal(made.code, 0, made.err)
  assert.match(made.err, /note: cell 1: left out %matplotlib inline/)
  assert.match(made.err, /note: cell 5: left out, it has no step tag/)
  assert.match(readFileSync(join(lab.folder, 'study/components/prepare.yml'), 'utf8'), /data:\n {4}type: uri_file/)
  const ran = await lab.sluice('run', 'study/pipeline.yml')
  const steps = await lab.steps()
  assert.equal(ran.code, 0, ran.err)
  const report = (await lab.sluice('job', 'logs', steps.get('report')!.name)).out
  assert.equal(report, "{'mean': 6.0} 4 True {'low': 0.5}\n")
  // Another number of folds leaves the preparation alone.
  const again = await lab.sluice('run', 'study/pipeline.yml', '--set', 'folds=4')
  assert.match(again.out, /prepare +reused/)
  assert.match((await lab.sluice('init', 'from-notebook', 'study.ipynb', '--into', 'study')).err, /not an empty folder/)
})

test('what a step imports and defines is there for the steps after it, which no pickle could do', async (t) => {
  const lab = openLab(t)
  lab.write(
    'study.ipynb',
    notebook([
      ["text = '-x'", 'parameters'],
      [
        `from __future__ import annotations
import collections, json
from dataclasses import dataclass
def tally(rows):
    return collections.Counter(rows)
@dataclass
class Point:
    x: int = 1
rows = [1, 2, 2]
point = Point(2)`,
        'step:load',
      ],
      [
        `base = point.x
counts = tally(rows)
add = lambda *more, by=base, **named: (sum(more) + by, named)
def size(found: collections.Counter) -> int:
    return len(found)
print(json.dumps(counts), point, add(1, 2, k=3), size(counts), text)`,
        'step:count',
      ],
      [
        `from __future__ import annotations
def remember():
    global seen
    seen = [*rows]
remember()
total: int = base + 1
for key in counts:
    del total
    total = key
print(seen, total, Point(3), size(counts))`,
        'step:report',
      ],
    ]),
  )
  const made = await lab.sluice('init', 'from-notebook', 'study.ipynb', '--into', 'study')
  assert.equal(made.code, 0, made.err)
  for (const step of ['load', 'count', 'report']) {
    const file = join('study/components', `${step}.yml`)
    const component = readFileSync(join(lab.folder, file), 'utf8')
    // The standard library is enough, so the machine's own Python is.
    const plain = component.replace(/^environment:\n( .*\n)+/m, '').replace('python ', 'python3 ')
    lab.write(file, plain)
    if (step === 'count') assert.match(component, /inputs:\n( {2}(text|point|rows):\n {4}type: \w+\n){3}outputs:/)
  }
  const ran = await lab.sluice('run', 'study/pipeline.yml')
  assert.equal(ran.code, 0, ran.out)
  const steps = await lab.steps()
  const logOf = async (step: string): Promise<string> => (await lab.sluice('job', 'logs', steps.get(step)!.name)).out
  assert.equal(await logOf('count'), '{"1": 1, "2": 2} Point(x=2) (5, {\'k\': 3}) 2 -x\n')
  assert.equal(await logOf('report'), '[1, 2, 2] 2 Point(x=3) 2\n')
})

for (const { what, cells, message } of [
  {
    what: 'a function that takes a variable along',
    cells: [
      ['rate = 2\ndef by(x):\n    return x * rate', 'step:a'],
      ['print(by(1))', 'step:b'],
    ],
    message: /step "b" uses "by" of step "a", which no file can take there: it uses the variable "rate"/,
  },
  {
    what: 'a lambda that another step uses',
    cells: [
      ['double = lambda x: 2 * x', 'step:a'],
      ['print(double(1))', 'step:b'],
    ],
    message: /"double".*cell 1 makes it a lambda\. Define it with def/,
  },
  {
    what: 'an import inside of another statement',
    cells: [
      ['try:\n    import json\nexcept ImportError:\n    json = None', 'step:a'],
      ['print(json)', 'step:b'],
    ],
    message: /"json".*cell 1 imports it inside of another statement/,
  },
  {
    what: 'a shared function that uses what a step assigns',
    cells: [['rows = [1]', 'step:a'], ['def count():\n    return len(rows)'], ['print(count())', 'step:b']],
    message: /cell 2 is shared by all steps but uses "rows" of step "a"/,
  },
  {
    what: 'two functions of one name',
    cells: [
      ['def f():\n    return 1', 'step:a'],
      ['print(f())\ndef g():\n    return 1', 'step:b'],
      ['def f():\n    return 2', 'step:c'],
      ['print(f())', 'step:d'],
    ],
    message: /steps "a" and "c" both define "f"/,
  },
  {
    what: 'await outside of functions',
    cells: [['async def f():\n    pass\nawait f()', 'step:a']],
    message: /cell 1: only a notebook can await outside of functions/,
  },
  { what: 'no tag at all', cells: [['x = 1']], message: /No cell is tagged as a step/ },
  {
    what: 'a name that an untagged cell assigns',
    cells: [['x = 1'], ['print(x)', 'step:show']],
    message: /step "show" uses "x", but cell 1, which assigns it, has no step tag/,
  },
  {
    what: 'a name that nobody assigns',
    cells: [['print(y)', 'step:show']],
    message: /step "show" uses "y", but no cell before assigns it/,
  },
  { what: 'a name that no step can have', cells: [['1', 'step:My Step']], message: /cannot be called "My Step"/ },
  { what: 'Python that cannot be read', cells: [['x = (', 'step:a']], message: /cell 1, line 1:/ },
  {
    what: 'a parameter that is no value',
    cells: [
      ['x = [1]', 'parameters'],
      ['print(x)', 'step:a'],
    ],
    message: /a parameter is a name with a text, number, True or False/,
  },
] as const) {
  test(`from-notebook says what is wrong and writes nothing: ${what}`, async (t) => {
    const lab = openLab(t)
    lab.write('n.ipynb', notebook(cells))
    const { code, err } = await lab.sluice('init', 'from-notebook', 'n.ipynb', '--into', 'made')
    assert.notEqual(code, 0)
    assert.match(err, message)
    assert.throws(() => readFileSync(join(lab.folder, 'made/pipeline.yml')))
  })
}
