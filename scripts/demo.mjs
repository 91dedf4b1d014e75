// npm run demo: installs, builds, and takes the diabetes example from its data to a served model with the commands a user types.
// npm run demo -- retrain [FOLDER]: the loop of examples/retrain-on-drift in a folder of its own (demo-retrain.mjs).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { installDependencies } from './install.mjs'
import { root } from './node-24.mjs'

const [wanted, ...rest] = process.argv.slice(2)
if (wanted !== undefined && wanted !== 'retrain') {
  console.error(`There is no demo "${wanted}". There is: npm run demo, and npm run demo -- retrain`)
  process.exit(2)
}
const node = installDependencies()
if (spawnSync(node, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1)
if (wanted === 'retrain') {
  const { status } = spawnSync(node, ['scripts/demo-retrain.mjs', ...rest], { cwd: root, stdio: 'inherit' })
  process.exit(status ?? 1)
}
const sluice = join(root, 'bin', 'sluice.mjs')

/** Shows the command, runs it with this terminal, and ends with its exit code if it fails. */
function run(...args) {
  console.log(`\n$ sluice ${args.join(' ')}`)
  const { status } = spawnSync(node, [sluice, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\nsluice ${args[0]} ended with ${status}; its own message is above. The server's log: sluice doctor`)
    process.exit(status ?? 1)
  }
}

run('up', '--detach')
run('run', 'examples/diabetes/pipeline.yml')
run('model', 'show', 'diabetes')
run('endpoint', 'deploy', 'diabetes', '--model', 'diabetes@champion')
run('endpoint', 'invoke', 'diabetes', '--request-file', 'examples/diabetes/request.json')
run('endpoint', 'show', 'diabetes')
run('status')
console.log(`
The server goes on in the background. Run this again: every unchanged step is reused, and nothing new is registered.
Change something: sluice plan examples/diabetes/pipeline.yml --set alpha=0.5
Stop the server:  sluice down   (here: node bin/sluice.mjs down)`)
