/** Ours, with a server up as it usually is. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../measure.mjs'

const sluice = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin', 'sluice.mjs')

export const version = [process.execPath, sluice, '--version']
export const run = [process.execPath, sluice, 'run', 'pipeline.yml', '--data', 'store']

export function start({ folder }) {
  return startServer(sluice, join(folder, 'store'))
}

export function write(folder, steps) {
  const jobs = steps.map(({ name, parents, commandWith }) => [
    name,
    {
      type: 'command',
      command: commandWith((parent) => `\${{inputs.p${parent}}}`, '${{outputs.file}}'),
      inputs: Object.fromEntries(
        parents.map((parent) => [`p${parent}`, `\${{parent.jobs.${steps[parent].name}.outputs.file}}`]),
      ),
      outputs: { file: { type: 'uri_file' } },
    },
  ])
  const pipeline = { type: 'pipeline', experiment_name: 'bench', jobs: Object.fromEntries(jobs) }
  writeFileSync(join(folder, 'pipeline.yml'), JSON.stringify(pipeline, null, 1))
}
