import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SluiceError } from './base/errors.ts'
import {
  flagOf,
  keyOf,
  packageRoot,
  packageVersion,
  processEnvironment,
  settingTable,
  settings,
  settingsEnvironment,
  variableOf,
} from './config.ts'
import type { SettingName, Settings } from './config.ts'

async function homeWith(t: TestContext, config?: unknown): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-home-'))
  t.after(() => rm(home, { recursive: true }))
  if (config === undefined) return home
  await mkdir(join(home, '.config', 'sluiceworks'), { recursive: true })
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  await writeFile(join(home, '.config', 'sluiceworks', 'config.json'), text)
  return home
}

function refusal(options: Parameters<typeof settings>[0]): SluiceError {
  try {
    settings(options)
  } catch (error) {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.code, 'invalid-setting')
    return error
  }
  return assert.fail('accepted')
}

test('without anything said, the store lies where the system keeps a user’s data', async (t) => {
  const home = await homeWith(t)
  const found = settings({ environment: {}, home })
  assert.equal(found.data, join(home, '.local/share/sluiceworks'))
  assert.equal(found.cache, join(home, '.cache/sluiceworks'))
  assert.deepEqual([found.host, found.port, found.url, found.database], ['127.0.0.1', undefined, undefined, undefined])
  assert.deepEqual([found.allowedHosts, found.logLevel, found.color], [[], 'info', 'auto'])
  assert.ok(found.slots >= 1)
  const moved = settings({ environment: { XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c' }, home })
  assert.deepEqual([moved.data, moved.cache], ['/d/sluiceworks', '/c/sluiceworks'])
})

test('the nearest wins: flag, variable, config file, default', async (t) => {
  const home = await homeWith(t, { port: 1, slots: 3, host: '::1', allowed_hosts: ['a', 'b'] })
  const environment = { SLUICE_PORT: '2', SLUICE_SLOTS: '4', SLUICE_LOG_LEVEL: '' }
  const found = settings({ environment, home, flags: { port: '5' } })
  assert.deepEqual([found.port, found.slots, found.host, found.logLevel], [5, 4, '::1', 'info'])
  assert.deepEqual(found.allowedHosts, ['a', 'b'])
})

test('folders are made absolute from where they were said', async (t) => {
  const home = await homeWith(t, { cache: 'mine' })
  const found = settings({ environment: { SLUICE_DATA: 'here' }, home, workingFolder: '/work' })
  assert.equal(found.data, '/work/here')
  assert.equal(found.cache, join(home, '.config/sluiceworks/mine'))
})

test('a list is separated by commas; colour goes when NO_COLOR is set to anything', async (t) => {
  const home = await homeWith(t)
  const found = settings({ environment: { SLUICE_ALLOWED_HOSTS: 'a.example, b:1 ,', NO_COLOR: '1' }, home })
  assert.deepEqual([found.allowedHosts, found.color], [['a.example', 'b:1'], 'never'])
  assert.equal(settings({ environment: { NO_COLOR: '' }, home }).color, 'auto')
})

const wrong: readonly (readonly [name: SettingName, value: string, message: RegExp])[] = [
  ['port', '70000', /^--port is "70000"; expected a whole number from 0 to 65535\.$/],
  ['port', '-1', /"-1"/],
  ['port', '80a', /"80a"/],
  ['slots', '0', /^--slots is "0"; expected a whole number from 1/],
  ['logLevel', 'loud', /^--log-level is "loud"; expected one of debug, info, warn, error, silent\.$/],
  ['data', '', /^--data is ""; expected a folder\.$/],
]
for (const [name, value, message] of wrong) {
  test(`${flagOf(name)} ${JSON.stringify(value)} is refused with what was expected`, async (t) => {
    assert.match(refusal({ flags: { [name]: value }, environment: {}, home: await homeWith(t) }).message, message)
  })
}

test('all wrong settings are reported at once, each with where it was said', async (t) => {
  const home = await homeWith(t, { slots: true, prot: 1 })
  const { message, diagnostics } = refusal({ environment: { SLUICE_PORT: 'x' }, home })
  assert.equal(message, '3 settings are wrong.')
  const texts = diagnostics!.map((each) => each.message)
  assert.match(texts[0]!, /^"prot" in .*config\.json is not a setting; there are data, cache,/)
  assert.match(texts[1]!, /^SLUICE_PORT is "x"/)
  assert.match(texts[2]!, /^"slots" in .*config\.json is true; expected a whole number/)
})

test('a config file that is not a JSON object is named', async (t) => {
  assert.match(refusal({ environment: {}, home: await homeWith(t, '{') }).message, /config\.json is not JSON/)
  assert.match(refusal({ environment: {}, home: await homeWith(t, [1]) }).message, /config\.json is not a JSON object/)
})

test('a child gets the same settings through its variables', async (t) => {
  const home = await homeWith(t)
  const before: Settings = settings({
    environment: { SLUICE_DATABASE: 'postgres://u:p@h/d', SLUICE_ALLOWED_HOSTS: 'a,b', SLUICE_PORT: '0' },
    home,
  })
  assert.deepEqual(settings({ environment: settingsEnvironment(before), home: '/elsewhere' }), before)
})

test('every setting has a sentence and one spelling for each place; there are at most 40', () => {
  const names = Object.keys(settingTable) as SettingName[]
  assert.ok(names.length <= 40)
  for (const name of names) assert.match(settingTable[name].sentence, /^[A-Z].*\.$/)
  assert.deepEqual(
    [flagOf('allowedHosts'), keyOf('allowedHosts'), variableOf('allowedHosts')],
    ['--allowed-hosts', 'allowed_hosts', 'SLUICE_ALLOWED_HOSTS'],
  )
})

test('the package is found from its source and from any folder inside it', () => {
  const root = packageRoot()
  assert.ok(existsSync(join(root, 'bin/sluice.mjs')))
  assert.equal(packageRoot(join(root, 'dist', 'chunks')), root)
  assert.match(packageVersion(), /^\d+\.\d+\.\d+/)
  assert.throws(() => packageRoot('/'), /No folder above/)
})

test('the variables of the process are a copy', () => {
  const copy = processEnvironment() as Record<string, string>
  copy['SLUICE_TEST_COPY'] = 'x'
  assert.equal(process.env['SLUICE_TEST_COPY'], undefined)
  assert.equal(copy['PATH'], process.env['PATH'])
})

test('tables come from the config file, or as JSON from a variable, and reach a child unchanged', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'sluice-config-'))
  t.after(() => rm(home, { recursive: true }))
  await mkdir(join(home, '.config/sluiceworks'), { recursive: true })
  const file = join(home, '.config/sluiceworks/config.json')
  const aliases = { base: { python: '3.11', requirements: ['numpy<3'], based_on: 'sklearn-1.5' } }
  const write = (content: object) => writeFile(file, JSON.stringify(content))
  await write({ url_overrides: { 'https://x/': 'data' }, environment_aliases: aliases })
  const found = settings({ environment: {}, home })
  assert.deepEqual(found.urlOverrides, { 'https://x/': join(home, '.config/sluiceworks/data') })
  assert.deepEqual(found.environmentAliases, {
    base: { python: '3.11', requirements: ['numpy<3'], basedOn: 'sklearn-1.5' },
  })
  const child = settings({ environment: settingsEnvironment(found), home: '/nowhere' })
  assert.deepEqual([child.urlOverrides, child.environmentAliases], [found.urlOverrides, found.environmentAliases])
  const empty = settings({ environment: {}, home: '/nowhere' })
  assert.deepEqual([empty.urlOverrides, empty.environmentAliases], [{}, {}])
  assert.equal(settingsEnvironment(empty)['SLUICE_URL_OVERRIDES'], '')
  for (const wrong of [
    { url_overrides: ['x'] },
    { url_overrides: { a: 1 } },
    { environment_aliases: { a: 'numpy' } },
    { environment_aliases: { a: { pyton: '3' } } },
    { environment_aliases: { a: { requirements: 'numpy' } } },
  ]) {
    await write(wrong)
    assert.throws(() => settings({ environment: {}, home }), /expected a JSON object/)
  }
  assert.throws(
    () => settings({ environment: { SLUICE_URL_OVERRIDES: '{' }, home: '/nowhere' }),
    /expected a JSON object/,
  )
})
