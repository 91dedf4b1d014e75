import assert from 'node:assert/strict'
import { test } from 'node:test'
import { respell } from './azure-spelling.ts'

const lines: readonly (readonly [string, string])[] = [
  ['online-endpoint create --file e.yml', 'endpoint create --file e.yml'],
  ['online-endpoint show --name lines', 'endpoint show lines'],
  ['online-endpoint show -n lines --json', 'endpoint show lines --json'],
  ['--data /d online-endpoint list', '--data /d endpoint list'],
  ['online-endpoint get-credentials --name=lines', 'endpoint credentials lines'],
  ['online-endpoint delete -n lines --yes', 'endpoint delete lines'],
  [
    'online-endpoint invoke --name lines -d blue --request-file r.json',
    'endpoint invoke lines --deployment blue --request-file r.json',
  ],
  ['online-endpoint regenerate-keys -n lines --key-type secondary', 'endpoint regenerate-keys lines --key secondary'],
  [
    'online-endpoint update --set tags.a=1 tags.b=2 --name lines',
    'endpoint update lines --set tags.a=1 --set tags.b=2',
  ],
  [
    'online-deployment create --name blue --endpoint-name lines -f d.yml --all-traffic',
    'deployment create blue --endpoint lines -f d.yml --all-traffic',
  ],
  ['online-deployment get-logs -n blue -e lines -l 50', 'deployment logs blue --endpoint lines --lines 50'],
  ['endpoint show lines', 'endpoint show lines'],
  ['job show endpoint', 'job show endpoint'],
  ['run endpoint --set a=1', 'run endpoint --set a=1'],
  ['online-endpoint', 'endpoint'],
  ['', ''],
]

test("Azure's spelling of a command line is read as ours, and other lines stay as they are", () => {
  const words = (line: string) => line.split(' ').filter((word) => word !== '')
  for (const [given, ours] of lines) assert.deepEqual(respell(words(given)), { args: words(ours) }, given)
})

test('a value with spaces or an equals sign stays one', () => {
  assert.deepEqual(respell(['online-endpoint', 'update', '-n', 'lines', '--traffic', 'blue=90 green=10']).args, [
    ...['endpoint', 'update', 'lines', '--traffic', 'blue=90 green=10'],
  ])
})

test('--local is accepted, and said to change nothing', () => {
  assert.deepEqual(respell(['online-endpoint', 'create', '--local', '-f', 'e.yml']), {
    args: ['endpoint', 'create', '-f', 'e.yml'],
    note: 'Everything runs on this machine here: --local changes nothing.',
  })
})
