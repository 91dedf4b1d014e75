/** Ours as npm installs it, with a server up as it usually is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installSluice } from '../installed.mjs'
import { startServer } from '../measure.mjs'

const place = mkdtempSync(join(tmpdir(), 'sluice-bench-installed-'))
process.on('exit', () => rmSync(place, { recursive: true, force: true }))
const sluice = await installSluice(place)

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
