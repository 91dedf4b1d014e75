import { createHash } from 'node:crypto'

/*
 * A page to try an endpoint with: it reads the endpoint's own description (swagger.json) and makes a form of it. It is
 * one document that loads nothing from anywhere else, and its policy lets it talk to this server only.
 */

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
code, textarea, pre { font: 14px/1.4 ui-monospace, monospace }
textarea, input, select { width: 100%; box-sizing: border-box; padding: .4rem }
textarea { min-height: 12rem }
fieldset { border: 1px solid #8888; border-radius: .4rem; margin: 1rem 0 }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .6rem }
button { padding: .5rem 1.2rem; margin: .6rem .6rem .6rem 0 }
pre { overflow: auto; border: 1px solid #8888; border-radius: .4rem; padding: .6rem; white-space: pre-wrap }
[role=alert] { color: #c0392b }
`

const script = String.raw`
const base = location.pathname.replace(/\/docs\/?$/, '')
const at = (id) => document.getElementById(id)
const make = (tag, parts, children) => {
  const element = Object.assign(document.createElement(tag), parts)
  for (const child of children || []) element.append(child)
  return element
}
let operations = []

function headers() {
  const key = at('key').value.trim()
  return key === '' ? {} : { authorization: 'Bearer ' + key }
}

async function load() {
  at('problem').textContent = ''
  const reply = await fetch(base + '/swagger.json?version=3', { headers: headers() })
  const described = await reply.json().catch(() => ({}))
  if (!reply.ok) {
    at('problem').textContent = described.message || 'The description cannot be read: status ' + reply.status
    return
  }
  operations = Object.entries(described.paths || {}).flatMap(([path, methods]) =>
    methods.post === undefined ? [] : [{ path, described, ...methods.post }],
  )
  at('operation').replaceChildren(
    ...operations.map(({ path, summary }, index) => make('option', { value: index, textContent: path + '  ' + (summary || '') })),
  )
  show()
}

function resolved(schema, described) {
  if (schema === undefined || schema === null) return {}
  if (typeof schema.$ref !== 'string') return schema
  const steps = schema.$ref.replace(/^#\//, '').split('/')
  return steps.reduce((value, step) => (value === undefined ? undefined : value[step]), described) || {}
}

function exampleOf(schema, described) {
  const known = resolved(schema, described)
  if (known.example !== undefined) return known.example
  if (known.type === 'array') return known.items === undefined ? [] : [exampleOf(known.items, described)]
  if (known.properties === undefined) return { integer: 0, number: 0, boolean: false, string: 'text' }[known.type] ?? {}
  const names = known.required || Object.keys(known.properties)
  return Object.fromEntries(names.map((name) => [name, exampleOf(known.properties[name], described)]))
}

function show() {
  const { requestBody, described } = operations[Number(at('operation').value)] || {}
  const content = requestBody === undefined ? {} : Object.values(requestBody.content || {})[0] || {}
  const example = content.example !== undefined ? content.example : exampleOf(content.schema, described)
  at('body').value = JSON.stringify(example, null, 2)
  showColumns(example)
}

// A table's first row as fields: what is typed there is written into the body.
function showColumns(example) {
  const table = example.input_data || example.dataframe_split
  const isTable = table !== undefined && Array.isArray(table.columns) && Array.isArray(table.data)
  at('columns').hidden = !isTable
  if (!isTable) return
  const fields = table.columns.map((name, index) => {
    const value = table.data[0][index]
    const field = make('input', { value: value === null ? '' : value, name })
    field.addEventListener('input', () => {
      table.data[0][index] = read(field.value, value)
      at('body').value = JSON.stringify(example, null, 2)
    })
    return make('label', { textContent: name }, [field])
  })
  at('fields').replaceChildren(...fields)
}

function read(text, like) {
  if (text === '') return null
  if (typeof like === 'number') return Number.isNaN(Number(text)) ? text : Number(text)
  return typeof like === 'boolean' ? (text === 'true' ? true : text === 'false' ? false : text) : text
}

async function send() {
  const { path } = operations[Number(at('operation').value)] || {}
  if (path === undefined) return
  const startedMs = performance.now()
  at('answer').textContent = '...'
  try {
    const reply = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers() },
      body: at('body').value,
    })
    const text = await reply.text()
    const ms = (performance.now() - startedMs).toFixed(1)
    const by = reply.headers.get('azureml-model-deployment')
    at('answer').textContent = reply.status + ' in ' + ms + ' ms' + (by === null ? '' : ', by ' + by) + '\n\n' + pretty(text)
  } catch (error) {
    at('answer').textContent = String(error)
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

at('title').textContent = decodeURIComponent(base.split('/').pop())
document.title = at('title').textContent
at('operation').addEventListener('change', show)
at('load').addEventListener('click', load)
at('send').addEventListener('click', send)
load()
`

/** The page; the same for every endpoint. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Endpoint</title>
<style>${style}</style>
</head>
<body>
<h1 id="title"></h1>
<p><a href="swagger.json?version=3">OpenAPI 3</a> · <a href="swagger.json?version=2">Swagger 2</a></p>
<p id="problem" role="alert"></p>
<label>Key, where the endpoint wants one <input id="key" type="password" autocomplete="off"></label>
<button id="load" type="button">Read the description</button>
<fieldset>
<legend>Request</legend>
<label>Path <select id="operation"></select></label>
<div id="columns" hidden><p>The first row:</p><div id="fields" class="columns"></div></div>
<p><label>Body <textarea id="body" spellcheck="false"></textarea></label></p>
<button id="send" type="button">Send</button>
</fieldset>
<h2>Answer</h2>
<pre id="answer" aria-live="polite"></pre>
<script>${script}</script>
</body>
</html>
`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing but this style, this script and this server. */
export const docsPagePolicy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')
