/**
 * Prefect with a server on 127.0.0.1 that is up beforehand, as ours is. Tasks are cached by their inputs: the command
 * and what the parents wrote, which every task returns.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../e2e/ports.ts'
import { startProcess } from '../measure.mjs'

const pipeline = `import json
import subprocess
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import INPUTS
from prefect.task_runners import ThreadPoolTaskRunner

STEPS = json.load(open("steps.json"))


@task(cache_policy=INPUTS, persist_result=True)
def step(command, file, parents):
    subprocess.run(["/bin/sh", "-c", command], check=True)
    return Path(file).read_text()


@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def pipeline():
    futures = []
    for each in STEPS:
        parents = [futures[parent] for parent in each["parents"]]
        futures.append(step.submit(each["command"], each["file"], parents))
    futures[-1].result()


pipeline()
`

// Its server breaks on newer FastAPI, which it does not refuse.
export const packages = ['prefect==3.*', 'fastapi==0.139.*']
export const version = ['python', '-c', 'import prefect; print(prefect.__version__)']
export const run = ['python', 'pipeline.py']

export function settings(folder) {
  return {
    PREFECT_HOME: join(folder, 'prefect'),
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    PREFECT_LOGGING_LEVEL: 'WARNING',
    DO_NOT_TRACK: '1',
  }
}

export async function start({ folder, environment }) {
  const port = await freePort()
  environment.PREFECT_API_URL = `http://127.0.0.1:${port}/api`
  const command = ['prefect', 'server', 'start', '--host', '127.0.0.1', '--port', String(port), '--no-ui']
  const health = () => `${environment.PREFECT_API_URL}/health`
  return startProcess(command, { cwd: folder, env: environment, log: join(folder, 'server.log'), health })
}

export function write(folder, steps) {
  writeFileSync(join(folder, 'pipeline.py'), pipeline)
  writeFileSync(join(folder, 'steps.json'), JSON.stringify(steps))
}
