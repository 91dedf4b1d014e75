// npm test: installs what is missing, builds, starts a PostgreSQL, runs every test, and says how it went.
// Arguments name test files: npm test -- src/jobs/advance.test.ts
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { installDependencies } from './install.mjs'
import { root } from './node-24.mjs'
import { startPostgres } from './postgres.mjs'

/** Least share of lines that the unit tests run, in percent; the pure layers whole. */
const leastCoverage = { 'src/base/': 100, 'src/spec/': 100, 'src/plan/': 100, 'src/': 90 }
/** Files of tests that run side by side; many of them wait for the disk or for another process. */
const concurrency = Math.max(2, availableParallelism())
/** What takes longer hangs: it fails by name instead of holding up the run without a word. */
const mostMinutes = 15
const coverageFile = join(root, 'coverage', 'lcov.info')

const node = installDependencies()
if (spawnSync(node, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1)
const chosen = process.argv.slice(2)
const postgres = await startPostgres()
const runs = []
let problems = []
try {
  if (chosen.length > 0) runs.push(await runTests(chosen))
  else {
    mkdirSync(join(root, 'coverage'), { recursive: true })
    runs.push(await runTests(['src/**/*.test.ts'], coverageFlags()))
    runs.push(await runTests(['web/test/*.test.ts']))
    runs.push(await runTests(['e2e/**/*.test.ts']))
    problems = coverageProblems()
  }
} finally {
  await postgres.stop()
}
for (const problem of problems) console.error(problem)
// Once more at the end, where whoever reads the end of a long log finds why.
for (const { failures } of runs) if (failures !== '') console.log(failures)
const sum = (name) => runs.reduce((total, run) => total + run[name], 0)
const [passed, failed, skipped] = [sum('pass'), sum('fail') + sum('cancelled'), sum('skipped')]
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
const hasFailed = runs.some((run) => run.code !== 0 || run.pass === 0)
process.exit(failed > 0 || hasFailed || problems.length > 0 ? 1 : 0)

function coverageFlags() {
  return [
    '--experimental-test-coverage',
    '--test-coverage-exclude=**/*.test.ts',
    '--test-coverage-exclude=**/*.contract.ts',
    '--test-coverage-exclude=**/*.test-support.ts',
    '--test-coverage-exclude=test/**',
    '--test-reporter=lcov',
    `--test-reporter-destination=${coverageFile}`,
  ]
}

/** Runs node's test runner, shows what it prints, and reads its closing counts. */
function runTests(files, flags = []) {
  return new Promise((resolve) => {
    const child = spawn(
      node,
      [
        '--test',
        `--test-concurrency=${concurrency}`,
        `--test-timeout=${mostMinutes * 60_000}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        ...flags,
        ...files,
      ],
      {
        cwd: root,
        env: { ...process.env, SLUICE_TEST_POSTGRES: postgres.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let output = ''
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk)
      output = (output + chunk).slice(-1_000_000)
    })
    child.on('close', (code) => {
      const count = (word) => Number([...output.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0)
      resolve({
        code,
        pass: count('pass'),
        fail: count('fail'),
        cancelled: count('cancelled'),
        skipped: count('skipped'),
        failures: (output.split('\n✖ failing tests:\n')[1] ?? '').trimEnd().replace(/^(.{500}).+$/gm, '$1 ...'),
      })
    })
  })
}

/** Folders whose tests run too few of their lines, and the files that lack most. */
function coverageProblems() {
  const files = readFileSync(coverageFile, 'utf8')
    .split('end_of_record')
    .flatMap((record) => {
      const file = /^SF:(.+)$/m.exec(record)?.[1]
      const [found, hit] = ['LF', 'LH'].map((key) => Number(new RegExp(`^${key}:(\\d+)$`, 'm').exec(record)?.[1] ?? 0))
      return file === undefined ? [] : [{ file: relative(root, join(root, relative(root, file))), found, hit }]
    })
  return Object.entries(leastCoverage).flatMap(([folder, least]) => {
    const inside = files.filter(({ file }) => file.startsWith(folder))
    const total = (key) => inside.reduce((sum, file) => sum + file[key], 0)
    const percent = (100 * total('hit')) / Math.max(1, total('found'))
    console.log(`${folder} ${percent.toFixed(2)} % of lines run by its tests`)
    if (percent >= least) return []
    const worst = inside
      .filter(({ found, hit }) => hit < found)
      .sort((left, right) => right.found - right.hit - (left.found - left.hit))
      .slice(0, 8)
      .map(({ file, found, hit }) => `  ${file}: ${found - hit} lines not run`)
    return [`${folder} needs ${least} % line coverage and has ${percent.toFixed(2)} %:\n${worst.join('\n')}`]
  })
}
