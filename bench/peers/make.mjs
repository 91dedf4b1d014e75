/** GNU make of the machine: a target is out of date by the times of files; commands are not looked at. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const version = ['make', '--version']
export const run = ['make', '-j2']

export function write(folder, steps) {
  const rules = steps.map(
    ({ file, inputs, command }) => `${file}: ${inputs.join(' ')}\n\t@${command.replaceAll('$', '$$$$')}`,
  )
  writeFileSync(join(folder, 'Makefile'), `all: ${steps.at(-1).file}\n${rules.join('\n')}\n`)
}
