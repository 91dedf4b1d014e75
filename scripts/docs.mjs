// npm run docs: writes what can be made from the code: in docs/reference the commands, the settings and the marked tables of
// the other pages, in schemas/yaml the JSON schemas of our YAML, in web/src/api.gen.ts the types of our REST interface.
// With --check it changes nothing and fails when a page is not what it would write. Needs a Node that runs TypeScript.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import prettier from 'prettier'
import { commandTable } from '../src/cli/command-table.ts'
import { runCommandLine } from '../src/cli/command-line.ts'
import { flagOf, keyOf, settingTable, variableOf } from '../src/config.ts'
import { servedEndpoints, unservedEndpoints } from '../src/protocols/mlflow/endpoint-list.ts'
import { unsupportedSchemas, unsupportedTypes } from '../src/spec/unsupported.ts'
import { apiTypes } from './api-types.mjs'
import { root } from './node-24.mjs'
import { yamlKeysPage } from './yaml-keys.mjs'
import { yamlSchemas } from './yaml-schemas.mjs'

const generated = '<!-- Made by scripts/docs.mjs (npm run docs); do not edit. -->'
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n')
const escaped = (text) => text.replaceAll('|', String.raw`\|`)

/** What a command writes to standard output, 100 columns wide. */
async function outputOf(args) {
  let text = ''
  const write = (more) => (text += more)
  const paint = (_color, plainText) => plainText
  const size = () => ({ columns: 100, rows: 24 })
  const terminal = { out: write, err: write, isLive: false, isOutTerminal: false, size, paint }
  await runCommandLine(args, { terminal, environment: {} })
  return text.trimEnd()
}

/** Every command as its --help prints it; the options of all of them only once, under `sluice`. */
async function commandsPage() {
  const parts = [['sluice', await outputOf(['--help'])]]
  for (const { name } of commandTable) {
    const help = await outputOf([...name.split(' '), '--help'])
    parts.push([`sluice ${name}`, help.replace(/\n+Global Options:[^]*$/, '')])
  }
  const sections = parts.map(([title, help]) => `## ${title}\n\n\`\`\`text\n${help}\n\`\`\``)
  const intro = 'What `--help` prints. The options of `sluice` itself are taken by every command.'
  return `${generated}\n\n# Commands\n\n${intro}\n\n${sections.join('\n\n')}\n`
}

function settingsPage() {
  const rows = Object.entries(settingTable).map(([name, row]) => [
    `\`${keyOf(name)}\``,
    row.sentence,
    row.defaultText ?? 'none',
    row.flag === 'none' ? '' : `\`${flagOf(name)}\``,
    `\`${variableOf(name)}\``,
  ])
  const intro = [
    'The nearest wins: flag, variable, config file, default. The config file is',
    '`$XDG_CONFIG_HOME/sluiceworks/config.json` (`~/.config/sluiceworks/config.json`): a JSON object with the names of the',
    'first column. A setting that does not exist or has a wrong value is an error that names where it came from.',
    '`--data` and `--url` are taken by every command, the other flags by those that may start a server (`up`, `run`).',
  ].join('\n')
  const settings = table(['name', 'what it says', 'default', 'flag', 'variable'], rows)
  return `${generated}\n\n# Settings\n\n${intro}\n\n${settings}\n`
}

/** Every endpoint of MLflow's protocol that is served; a test holds the list to the route table. */
function mlflowCalls() {
  const rows = servedEndpoints.map(({ method, path, callers }) => [
    method,
    `\`${path}\``,
    ...['2.22', '3.17', 'pages'].map((caller) => (callers.includes(caller) ? '✓' : '')),
  ])
  return table(['method', 'path', 'client 2.22', 'client 3.17', "MLflow's pages"], rows)
}

function mlflowRefusals() {
  const seen = {
    client: 'its function raises `MlflowException`',
    pages: 'an error, or nothing, in the pages',
    none: '',
  }
  const rows = unservedEndpoints.map(({ path, what, caller }) => [`\`${path}\``, what, seen[caller]])
  return table(['path', 'what it is for', 'what is seen of its 404'], rows)
}

/** Every kind of document or step that is refused by name, and what to use in its place. */
function unsupportedKinds() {
  const kinds = new Map()
  for (const [names, column] of [
    [unsupportedSchemas, 0],
    [unsupportedTypes, 1],
  ]) {
    for (const [name, { noun, instead }] of Object.entries(names)) {
      const kind = kinds.get(noun) ?? [instead, [], []]
      kind[column + 1].push(`\`${name}\``)
      kinds.set(noun, kind)
    }
  }
  const rows = [...kinds].map(([noun, [instead, schemas, types]]) => [
    noun.replace(/^an? /, ''),
    types.join(' '),
    schemas.join(' '),
    instead,
  ])
  return table(['kind', '`type`', 'base name of `$schema`', 'what to use in its place'], rows)
}

function pageOf(page) {
  return readFileSync(join(root, page), 'utf8')
}

/** The text of a page with what stands between its marks `made: NAME` and `end` replaced. */
function filled(page, name, text) {
  const marks = new RegExp(`(<!-- made by npm run docs: ${name} -->)[^]*?(<!-- end -->)`)
  if (!marks.test(page)) throw new Error(`A page has no marks for ${name}: ${page.slice(0, 80)}`)
  return page.replace(marks, (_all, start, end) => `${start}\n\n${text}\n\n${end}`)
}

const pages = {
  'docs/reference/commands.md': await commandsPage(),
  'docs/reference/settings.md': settingsPage(),
  'docs/reference/mlflow.md': filled(
    filled(pageOf('docs/reference/mlflow.md'), 'calls', mlflowCalls()),
    'refused calls',
    mlflowRefusals(),
  ),
  'docs/reference/yaml-keys.md': `${generated}\n\n${yamlKeysPage(table)}`,
  'docs/reference/azureml-yaml.md': filled(pageOf('docs/reference/azureml-yaml.md'), 'refused', unsupportedKinds()),
  'web/src/api.gen.ts': await apiTypes(),
  ...Object.fromEntries(Object.entries(yamlSchemas()).map(([path, schema]) => [path, JSON.stringify(schema)])),
}
const isCheck = process.argv.includes('--check')
let stale = 0
for (const [page, text] of Object.entries(pages)) {
  const path = join(root, page)
  const options = await prettier.resolveConfig(path)
  const formatted = await prettier.format(text, { ...options, filepath: path })
  if (existsSync(path) && readFileSync(path, 'utf8') === formatted) continue
  stale++
  if (isCheck) console.error(`${page} is not what npm run docs writes.`)
  else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, formatted)
    console.log(`wrote ${page}`)
  }
}
process.exit(isCheck && stale > 0 ? 1 : 0)
