/** DVC without a version control: one stage a step, outputs in its cache. It runs one stage at a time. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const packages = ['dvc==3.*']
export const version = ['dvc', '--version']
export const run = ['dvc', 'repro', '--quiet']

export function settings(folder) {
  return { DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(folder, 'site-cache') }
}

export function write(folder, steps) {
  // What `dvc init --no-scm` writes, and no look for a newer version on the web.
  mkdirSync(join(folder, '.dvc', 'tmp'), { recursive: true })
  const config = '[core]\n    no_scm = True\n    analytics = false\n    check_update = false\n'
  writeFileSync(join(folder, '.dvc', 'config'), config)
  const stages = steps.map(({ name, file, inputs, command }) => [name, { cmd: command, deps: inputs, outs: [file] }])
  writeFileSync(join(folder, 'dvc.yaml'), JSON.stringify({ stages: Object.fromEntries(stages) }, null, 1))
}
