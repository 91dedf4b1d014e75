/** Snakemake: one rule a step; its default triggers look at times, digests of small files, code and parameters. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const packages = ['snakemake==9.*']
export const version = ['snakemake', '--version']
export const run = ['snakemake', '--cores', '2', '--quiet', 'all']

export function write(folder, steps) {
  const rules = steps.map(({ name, file, inputs, command }) =>
    [
      `rule ${name}:`,
      `    input: ${inputs.map((input) => `'${input}'`).join(', ')}`,
      `    output: '${file}'`,
      `    shell: ${JSON.stringify(command)}`,
    ].join('\n'),
  )
  writeFileSync(join(folder, 'Snakefile'), `rule all:\n    input: '${steps.at(-1).file}'\n${rules.join('\n')}\n`)
}
