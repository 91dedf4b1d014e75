// Cost of the engine itself: steps that do nothing but write one small output. Bare Node spawn loop, make -j2 and ninja
// run the same commands; then everything again unchanged. A server is up, as it usually is; CPU counts whole process
// trees: the command, the server's share, the steps.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installSluice } from './installed.mjs'
import { hasCommand, measure, median, startServer, table, withServer } from './measure.mjs'

const rounds = Number(process.env.ROUNDS ?? 3)
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))

/** Each shape lists, per step, the steps it waits for. */
const shapes = {
  '100 parallel': Array.from({ length: 100 }, () => []),
  'chain of 50': Array.from({ length: 50 }, (_, step) => (step === 0 ? [] : [step - 1])),
  'grid of 1,000': Array.from({ length: 1000 }, (_, step) =>
    step < 50 ? [] : [step - 50, step - 50 + (step % 50 === 49 ? -49 : 1)],
  ),
}

function pipelineYaml(shape) {
  const steps = shape.map((parents, step) => {
    const inputs = parents.map((parent) => `      p${parent}: \${{parent.jobs.s${parent}.outputs.o}}`)
    return [
      `  s${step}:`,
      '    type: command',
      `    command: 'echo ${step} > \${{outputs.o}}'`,
      ...(inputs.length > 0 ? ['    inputs:', ...inputs] : []),
      '    outputs:',
      '      o: {type: uri_file}',
    ].join('\n')
  })
  return `type: pipeline\nexperiment_name: bench\njobs:\n${steps.join('\n')}\n`
}

function makefile(shape) {
  const rules = shape.map(
    (parents, step) => `o${step}: ${parents.map((parent) => `o${parent}`).join(' ')}\n\t@echo ${step} > o${step}`,
  )
  return `all: ${shape.map((_, step) => `o${step}`).join(' ')}\n${rules.join('\n')}\n`
}

function ninjaFile(shape) {
  const builds = shape.map(
    (parents, step) => `build o${step}: step ${parents.map((parent) => `o${parent}`).join(' ')}\n  n = ${step}`,
  )
  return `rule step\n  command = echo $n > $out\n${builds.join('\n')}\n`
}

const bareLoop = `
  const { spawn } = require('node:child_process')
  const steps = Number(process.argv[1])
  let next = 0, running = 0
  const pump = () => {
    while (running < 2 && next < steps) {
      running++
      const step = next++
      spawn('/bin/sh', ['-c', 'echo ' + step + ' > o' + step], { stdio: 'ignore', cwd: process.argv[2] }).on('exit', () => { running--; pump() })
    }
  }
  pump()
`

const sluice = await installSluice(folder)
// Nothing is removed before the end: for a minute ext4 makes new files slowly where many were removed.
const rows = []
for (const [name, shape] of Object.entries(shapes)) {
  const figures = {}
  const note = (who, result) => (figures[who] ??= []).push(result)
  for (let round = 0; round < rounds; round++) {
    const place = join(folder, `${name.replace(/\W/g, '')}-${round}`)
    for (const part of ['make', 'ninja', 'bare', 'ours']) mkdirSync(join(place, part), { recursive: true })
    writeFileSync(join(place, 'make', 'Makefile'), makefile(shape))
    writeFileSync(join(place, 'ninja', 'build.ninja'), ninjaFile(shape))
    writeFileSync(join(place, 'ours', 'pipeline.yml'), pipelineYaml(shape))
    note('bare loop', measure(process.execPath, ['-e', bareLoop, String(shape.length), join(place, 'bare')]))
    const server = await startServer(sluice, join(place, 'store'))
    const run = () =>
      withServer(server, () =>
        measure(process.execPath, [
          sluice,
          'run',
          join(place, 'ours', 'pipeline.yml'),
          '--data',
          join(place, 'store'),
          '--json',
        ]),
      )
    note('sluice', run())
    note('sluice again', run())
    await server.stop()
    for (const [who, args] of [
      ['make', ['-j2', '-C', join(place, 'make')]],
      ['ninja', ['-j2', '-C', join(place, 'ninja')]],
    ]) {
      if (!hasCommand(who)) continue
      note(who, measure(who, args))
      note(`${who} again`, measure(who, args))
    }
  }
  const bare = median(figures['bare loop'].map((run) => run.cpu)) / shape.length
  for (const [who, runs] of Object.entries(figures)) {
    const cpu = median(runs.map((run) => run.cpu))
    const wall = median(runs.map((run) => run.wall))
    const perStep = cpu / shape.length
    rows.push([
      `${name}: ${who}`,
      cpu.toFixed(2),
      wall.toFixed(2),
      (perStep * 1000).toFixed(2),
      (shape.length / wall).toFixed(0),
      `${(perStep / bare).toFixed(2)}x`,
    ])
  }
}
console.log(
  `Medians of ${rounds} rounds; budget: sluice at most 4.00x the bare loop and at least 150 steps/s, again at most 1 s and 1 CPU s for 1,000.`,
)
console.log('bare loop, make and ninja write one file a step; sluice also digests it and commits every step durably.')
table(['what', 'CPU s', 'wall s', 'CPU ms/step', 'steps/s', 'CPU vs bare'], rows)
rmSync(folder, { recursive: true, force: true })
