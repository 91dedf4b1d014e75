/** Ninja of the machine: out of date by the times of files and by the text of commands, which it keeps in a log. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const version = ['ninja', '--version']
export const run = ['ninja', '-j2']

export function write(folder, steps) {
  const builds = steps.map(
    ({ file, inputs, command }) =>
      `rule ${file}\n  command = ${command.replaceAll('$', '$$$$')}\nbuild ${file}: ${file} ${inputs.join(' ')}`,
  )
  writeFileSync(join(folder, 'build.ninja'), `${builds.join('\n')}\n`)
}
