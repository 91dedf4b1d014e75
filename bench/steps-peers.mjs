// Ours beside other tools: 50 small steps in layers (1, 7, 1, 1, 7, 1, ...), each one shell command that reads what its parents
// wrote and writes one small file. Then the same again unchanged, with one command changed but not its output, and with
// one output changed. Steps that ran are counted from marks that the commands append, never from a tool's words.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pythonEnvironment } from '../e2e/python-environments.mjs'
import { measure, median, table, withServer } from './measure.mjs'

const everyone = ['sluice', 'make', 'ninja', 'snakemake', 'dvc', 'luigi', 'prefect', 'dagster', 'metaflow']
const asked = process.argv.slice(4)
const unknown = asked.filter((name) => !everyone.includes(name))
if (unknown.length > 0) {
  console.error(`There is no peer ${unknown.join(', ')}; there are ${everyone.slice(1).join(', ')}.`)
  process.exit(2)
}
const names = everyone.filter((name) => name === 'sluice' || asked.length === 0 || asked.includes(name))
const rounds = Number(process.env.ROUNDS ?? 1)
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-peers-'))

// What fans out is joined, and by a step that does not fan out itself: some tools can say nothing else.
const widths = [1, 7, 1, 1, 7, 1, 1, 7, 1, 1, 7, 1, 1, 7, 1, 1, 1, 1, 1, 1]
const changed = 20

/** The steps of the pipeline; `term` is what the changed step adds to the sum of its parents. */
function stepsOf(marks, term) {
  const layers = widths.map((width, layer) => {
    const before = widths.slice(0, layer).reduce((sum, each) => sum + each, 0)
    return Array.from({ length: width }, (_, index) => before + index)
  })
  const parentsOf = layers.flatMap((layer, depth) => layer.map(() => layers[depth - 1] ?? []))
  return parentsOf.map((parents, index) => {
    const commandWith = (input, output) => {
      const sum = [...parents.map((parent) => `v${parent}`), index === changed ? term : '1'].join('+')
      const reads = parents.map((parent) => `read v${parent} < ${input(parent)} && `).join('')
      return `${reads}v=$((${sum})) && echo "${index} $v" >> ${marks} && echo $v > ${output}`
    }
    return {
      index,
      name: `s${index}`,
      file: `o${index}`,
      parents,
      children: parentsOf.flatMap((each, child) => (each.includes(index) ? [child] : [])),
      inputs: parents.map((parent) => `o${parent}`),
      command: commandWith((parent) => `o${parent}`, `o${index}`),
      commandWith,
    }
  })
}

/** What the last step writes when everything that must run did, and how many steps that is when an output changes. */
function truth(term) {
  const values = []
  const affected = new Set([changed])
  for (const { index, parents } of stepsOf('marks', '1')) {
    values.push(parents.reduce((sum, parent) => sum + values[parent], index === changed ? term : 1))
    if (parents.some((parent) => affected.has(parent))) affected.add(index)
  }
  return { value: values.at(-1), affected: affected.size }
}

const phases = [
  { name: 'first', term: '1', value: truth(1).value, expected: stepsOf('', '1').length },
  { name: 'unchanged', term: '1', value: truth(1).value, expected: 0 },
  { name: 'same output', term: '1+0', value: truth(1).value, expected: 1 },
  { name: 'other output', term: '2', value: truth(2).value, expected: truth(2).affected },
]

function versionOf([command, ...args], options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} does not start:\n${error?.message ?? ''}${stderr}`)
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim()
}

/** One phase: the figures of the command, the steps that ran, the time to the first, whether the last value is right. */
function runPhase({ peer, place, server, environment, phase }) {
  const marks = join(place, 'marks')
  if (existsSync(marks)) renameSync(marks, join(place, `marks-before-${phase.name.replace(' ', '-')}`))
  peer.write(place, stepsOf(marks, phase.term))
  const [command, ...args] = peer.run
  const work = () => measure(command, args, { cwd: place, env: environment, mayFail: true })
  const figures = server === undefined ? work() : withServer(server, work)
  const lines = existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n') : []
  const ran = lines.map((line) => line.split(' ').map(Number))
  const twice = new Set(ran.map(([index]) => index)).size !== ran.length
  if (figures.status !== 0 || twice || (phase.name === 'first' && ran.length !== phase.expected))
    throw new Error(
      `${command} ${args.join(' ')} (${phase.name}) ended with ${figures.status} after ${ran.length} steps` +
        `${twice ? ', some of them twice' : ''}:\n${figures.stdout}\n${figures.stderr}`,
    )
  const last = ran.find(([index]) => index === stepsOf(marks, '1').length - 1)?.[1]
  // The commands make the file of marks, so it is as old as the first step.
  const firstStep = lines.length === 0 ? undefined : (statSync(marks).birthtimeMs - figures.startedMs) / 1000
  return { ...figures, ran: ran.length, firstStep, last }
}

async function runRound(peer, place) {
  mkdirSync(join(place, 'home'), { recursive: true })
  const python = peer.packages === undefined ? undefined : await pythonEnvironment(peer.packages)
  const path = [...(python === undefined ? [] : [dirname(python)]), process.env.PATH].join(':')
  const home = { PATH: path, HOME: join(place, 'home'), USER: 'bench', LANG: 'C.UTF-8', DO_NOT_TRACK: '1' }
  const environment = { ...home, ...peer.settings?.(place) }
  // It also reads the program into memory before anything counts.
  const version = versionOf(peer.version, { cwd: place, env: environment })
  const server = await peer.start?.({ folder: place, environment })
  try {
    let value
    const results = phases.map((phase) => {
      const result = runPhase({ peer, place, server, environment, phase })
      value = result.last ?? value
      return { ...result, stale: value !== phase.value }
    })
    return { version, results }
  } finally {
    await server?.stop()
  }
}

/** Medians over the rounds of one tool. */
function summary(runs) {
  const middle = (phase, pick) => median(runs.map(({ results }) => pick(results[phase])))
  const again = (phase) => {
    const stale = runs.some(({ results }) => results[phase].stale)
    return `${middle(phase, (result) => result.ran)}${stale ? ' (stale)' : ''}`
  }
  return {
    version: runs[0].version,
    perStep: (middle(0, (result) => result.cpu) / stepsOf('', '1').length) * 1000,
    wall: middle(0, (result) => result.wall),
    firstStep: middle(0, (result) => result.firstStep),
    againCpu: middle(1, (result) => result.cpu),
    againWall: middle(1, (result) => result.wall),
    ran: [again(1), again(2), again(3)],
  }
}

const figures = {}
try {
  for (const name of names) {
    const peer = await import(`./peers/${name}.mjs`)
    const runs = []
    for (let round = 0; round < rounds; round++) runs.push(await runRound(peer, join(folder, `${name}-${round}`)))
    figures[name] = summary(runs)
    console.error(`${name} ${figures[name].version} measured`)
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

if (process.exitCode !== 1) {
  const ours = figures.sluice
  const beside = (one, other) => `${(one / other).toFixed(one / other < 0.1 ? 2 : one / other < 10 ? 1 : 0)}x`
  const rows = Object.entries(figures).map(([name, each]) => [
    `${name} ${each.version}`,
    each.perStep.toFixed(1),
    beside(each.perStep, ours.perStep),
    each.wall.toFixed(2),
    beside(each.wall, ours.wall),
    each.firstStep.toFixed(2),
    beside(each.firstStep, ours.firstStep),
    each.againCpu.toFixed(2),
    beside(each.againCpu, ours.againCpu),
    each.againWall.toFixed(2),
    beside(each.againWall, ours.againWall),
    ...each.ran,
  ])
  console.log(
    `50 steps in ${widths.length} layers, ${rounds} round(s), two steps at a time where the tool can; x is times ours.`,
  )
  console.log('CPU is of whole process trees, servers included. Servers (ours, Prefect) are up beforehand.')
  const right = phases.slice(1).map(({ expected }) => String(expected))
  table(
    [
      'tool',
      'CPU ms/step',
      '',
      'wall s',
      '',
      'first step s',
      '',
      'again CPU s',
      '',
      'again wall s',
      '',
      're-run',
      'same output',
      'other output',
    ],
    [...rows, ['needed', ...Array(10).fill(''), ...right]],
  )
  console.log(
    're-run: steps run again with nothing changed; with one command changed but not its output; with one output changed.',
  )
  console.log('stale: the last output is not what the pipeline as written gives.')
}
