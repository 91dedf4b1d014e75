/** Dagster: a job of ops in one process, which is its cheapest executor. A job runs all of its ops. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const pipeline = `import json
import subprocess

from dagster import In, Nothing, in_process_executor, job, op

STEPS = json.load(open("steps.json"))


def op_of(step):
    @op(name=step["name"], ins={f"p{parent}": In(Nothing) for parent in step["parents"]})
    def run_step():
        subprocess.run(["/bin/sh", "-c", step["command"]], check=True)

    return run_step


@job(executor_def=in_process_executor)
def pipeline():
    done = []
    for step in STEPS:
        done.append(op_of(step)(**{f"p{parent}": done[parent] for parent in step["parents"]}))
`

export const packages = ['dagster==1.*']
export const version = ['dagster', '--version']
export const run = ['dagster', 'job', 'execute', '-f', 'pipeline.py', '-j', 'pipeline']

export function settings(folder) {
  return { DAGSTER_HOME: folder, DAGSTER_DISABLE_TELEMETRY: '1' }
}

export function write(folder, steps) {
  writeFileSync(join(folder, 'dagster.yaml'), 'telemetry: {enabled: false}\n')
  writeFileSync(join(folder, 'pipeline.py'), pipeline)
  writeFileSync(join(folder, 'steps.json'), JSON.stringify(steps))
}
