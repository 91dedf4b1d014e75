/** Luigi with its local scheduler: a task is done when its output is there, whatever made it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const pipeline = `import json
import subprocess

import luigi

STEPS = json.load(open("steps.json"))


class Step(luigi.Task):
    index = luigi.IntParameter(default=len(STEPS) - 1)

    def requires(self):
        return [Step(index=parent) for parent in STEPS[self.index]["parents"]]

    def output(self):
        return luigi.LocalTarget(STEPS[self.index]["file"])

    def run(self):
        subprocess.run(["/bin/sh", "-c", STEPS[self.index]["command"]], check=True)
`

export const packages = ['luigi==3.*']
export const version = ['python', '-c', "import luigi, importlib.metadata as m; print(m.version('luigi'))"]
export const run = ['luigi', '--module', 'pipeline', 'Step', '--local-scheduler', '--workers', '2']

export function settings(folder) {
  // Without this a failed task leaves exit code 0.
  return { PYTHONPATH: folder, LUIGI_CONFIG_PATH: join(folder, 'luigi.cfg') }
}

export function write(folder, steps) {
  const codes = ['already_running', 'missing_data', 'not_run', 'task_failed', 'scheduling_error', 'unhandled_exception']
  writeFileSync(join(folder, 'luigi.cfg'), `[retcode]\n${codes.map((code) => `${code} = 1\n`).join('')}`)
  writeFileSync(join(folder, 'pipeline.py'), pipeline)
  writeFileSync(join(folder, 'steps.json'), JSON.stringify(steps))
}
