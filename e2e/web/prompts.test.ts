import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const isPrompt = { key: 'mlflow.prompt.is_prompt', value: 'true' }

/** Keeps a version of the prompt `support` as MLflow's client does. */
async function register({ mlflow }: WebServer, text: string, message: string): Promise<void> {
  const name = 'support'
  await mlflow('registered-models/create', { name, tags: [isPrompt] }).catch(() => undefined)
  const tags = [isPrompt, { key: 'mlflow.prompt.text', value: text }, { key: '_mlflow_prompt_type', value: 'text' }]
  await mlflow('model-versions/create', { name, source: 'dummy-source', description: message, tags })
}

interface Version {
  readonly version: string
  readonly description: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

async function versionOf({ url }: WebServer, name: string, version: string): Promise<Version> {
  const answer = await fetch(`${url}/api/2.0/mlflow/model-versions/get?name=${name}&version=${version}`)
  return ((await answer.json()) as { readonly model_version: Version }).model_version
}

function tagsOf({ tags }: Version): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]))
}

test('prompts in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startWebServer(t)
  const browser = await startBrowser(t)
  await t.test('the first prompt is written in the browser', () => writeFirst(browser, server))
  await register(server, 'Answer {{question}}.\nBe short.', 'first')
  await register(server, 'Answer {{question}} for {{company}}.\nBe kind.\nBe short.', 'kinder')
  await t.test('a version shows its text, its variables, and how a program loads it', () => show(browser, server))
  await t.test('versions stand beside each other, and a link keeps the view', () => compare(browser, server))
  await t.test('an alias is moved after a warning, and deleted', () => moveAlias(browser, server))
  await t.test('a new version begins with the text of the last', () => writeNext(browser, server))
  await t.test('it is said which runs and traces used it', () => usage(browser, server))
  await t.test('a prompt is found by its name, and deleted', () => findAndDelete(browser, server))
})

async function writeFirst(browser: Browser, server: WebServer): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/prompts' })
  await page.getByText('No prompt yet').waitFor()
  await inBothThemes(page, 'prompts-empty')
  await page.getByRole('button', { name: 'New prompt' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('no spaces')
  await dialog.getByRole('button', { name: 'Conversation' }).click()
  await dialog.getByLabel('Message 1', { exact: true }).fill('You judge answers for {{company}}.')
  assert.ok(await dialog.getByRole('button', { name: 'Save' }).isDisabled())
  await dialog.getByLabel('Name').fill('judge')
  await dialog.getByRole('button', { name: 'Add a message' }).click()
  await dialog.getByLabel('Message 2', { exact: true }).fill('{{question}} {{answer}}')
  await dialog.getByText('{{company}} {{question}} {{answer}}').waitFor()
  await dialog.getByLabel(/Model settings/).fill('{"temperature": ')
  await dialog.getByText('This is not a JSON object.').waitFor()
  await inBothThemes(page, 'prompt-new')
  await dialog.getByLabel(/Model settings/).fill('{"temperature": 0}')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'judge', level: 1 }).waitFor()
  await page.getByRole('region', { name: 'Text of the prompt' }).getByText('System').waitFor()
  await page.getByRole('region', { name: 'Model' }).getByText('temperature').waitFor()
  await inBothThemes(page, 'prompt-written')
  const tags = tagsOf(await versionOf(server, 'judge', '1'))
  assert.equal(tags['_mlflow_prompt_type'], 'chat')
  assert.equal(tags['_mlflow_prompt_model_config'], '{"temperature": 0}')
  assert.deepEqual(JSON.parse(tags['mlflow.prompt.text'] ?? ''), [
    { role: 'system', content: 'You judge answers for {{company}}.' },
    { role: 'user', content: '{{question}} {{answer}}' },
  ])
  expectNoTrouble()
  await page.close()
}

async function show(browser: Browser, { url }: WebServer): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: '/prompts/support' })
  const text = page.getByRole('region', { name: 'Text of the prompt' })
  await text.getByText('Be kind.').waitFor()
  assert.deepEqual(await text.locator('mark').allInnerTexts(), ['{{question}}', '{{company}}'])
  const python = page.getByRole('region', { name: 'In Python' })
  assert.match(
    await python.innerText(),
    /mlflow\.genai\.load_prompt\("prompts:\/support\/2"\)\s+text = prompt\.format\(question=\.\.\., company=\.\.\.\)/,
  )
  await page.getByLabel('Tags of this version: Name').fill('checked')
  await page.getByLabel('Tags of this version: Value').fill('yes')
  const tags = page.getByRole('region', { name: 'Tags of this version' })
  await tags.getByRole('button', { name: 'Set a tag' }).click()
  await tags.getByText('checked=yes').waitFor()
  await inBothThemes(page, 'prompt')
  await page.getByRole('navigation', { name: 'Versions' }).getByText('first').click()
  await page.getByRole('heading', { name: 'Version 1' }).waitFor()
  assert.equal(await text.getByText('Be kind.').count(), 0)
  expectNoTrouble()
  await page.close()
}

async function compare(browser: Browser, { url }: WebServer): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: '/prompts/support?tab=compare' })
  const table = page.getByRole('region', { name: 'Differences' })
  await table.getByText('Be kind.').waitFor()
  assert.deepEqual(await table.locator('ins').allInnerTexts(), [' for {{company}}', 'Be kind.'])
  await inBothThemes(page, 'prompt-compare')
  await page.getByLabel('After').selectOption('1')
  await page.getByText('The two are the same.').waitFor()
  await page.getByLabel('Before').selectOption('2')
  await table.locator('del').first().waitFor()
  await page.reload()
  await table.getByText('Be kind.').waitFor()
  assert.deepEqual(await table.locator('del').allInnerTexts(), [' for {{company}}', 'Be kind.'])
  await page.getByRole('button', { name: 'One below the other' }).click()
  await page.getByLabel('Only changes').waitFor()
  await expectNoAxeViolations(page)
  expectNoTrouble()
  await page.close()
}

async function moveAlias(browser: Browser, server: WebServer): Promise<void> {
  await server.mlflow('registered-models/alias', { name: 'support', alias: 'production', version: '1' })
  const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/prompts/support' })
  await page.getByText('production → 1').waitFor()
  await page.getByRole('button', { name: 'Set an alias' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Alias').fill('production')
  await dialog.getByText(/programs that load it get version 2/).waitFor()
  await inBothThemes(page, 'prompt-alias')
  await dialog.getByRole('button', { name: 'Move the alias' }).click()
  await page.getByText('production → 2').waitFor()
  const python = page.getByRole('region', { name: 'In Python' })
  await python.getByText('prompts:/support@production').waitFor()
  await page.getByRole('button', { name: 'Delete the alias production' }).click()
  await dialog.getByRole('button', { name: 'Delete the alias production' }).click()
  await python.getByText('prompts:/support/2').waitFor()
  expectNoTrouble()
  await page.close()
}

async function writeNext(browser: Browser, server: WebServer): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/prompts/support' })
  await page.getByRole('button', { name: 'New version' }).click()
  const dialog = page.getByRole('dialog')
  const text = dialog.getByRole('textbox', { name: 'Text' })
  assert.equal(await text.inputValue(), 'Answer {{question}} for {{company}}.\nBe kind.\nBe short.')
  await text.fill('Answer {{question}}, {{name}}.')
  await dialog.getByLabel('What changed (optional)').fill('by name')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Version 3' }).waitFor()
  const version = await versionOf(server, 'support', '3')
  assert.equal(version.description, 'by name')
  assert.equal(tagsOf(version)['mlflow.prompt.text'], 'Answer {{question}}, {{name}}.')
  await page.getByRole('button', { name: 'Delete this version' }).click()
  await dialog.getByRole('button', { name: 'Delete this version' }).click()
  await page.getByRole('heading', { name: 'Version 2' }).waitFor()
  expectNoTrouble()
  await page.close()
}

async function usage(browser: Browser, { url, mlflow }: WebServer): Promise<void> {
  const { run } = (await mlflow('runs/create', {
    experiment_id: '0',
    run_name: 'evaluated',
    start_time: Date.UTC(2026, 0, 15),
    tags: [{ key: 'mlflow.linkedPrompts', value: '[{"name": "support", "version": "2"}]' }],
  })) as { readonly run: { readonly info: { readonly run_id: string } } }
  assert.ok(run.info.run_id)
  const traceId = `tr-${'5'.repeat(32)}`
  const call = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.equal(answer.status, 200, await answer.text())
  }
  const info = { trace_id: traceId, request_time: '2026-01-15T12:00:00Z', state: 'OK' }
  await call('3.0/mlflow/traces', { trace: { trace_info: { ...info, tags: { 'mlflow.traceName': 'asked' } } } })
  await call('2.0/mlflow/traces/link-prompts', {
    trace_id: traceId,
    prompt_versions: [{ name: 'support', version: '2' }],
  })
  const { page, expectNoTrouble } = await openPage(browser, url, { path: '/prompts/support?tab=usage' })
  await page.getByRole('link', { name: 'evaluated' }).waitFor()
  await page.getByRole('link', { name: 'asked' }).waitFor()
  await inBothThemes(page, 'prompt-usage')
  await page.getByRole('link', { name: 'All of them' }).click()
  await page.getByRole('grid', { name: 'Traces' }).getByRole('link', { name: 'asked' }).click()
  await page.getByRole('link', { name: 'support 2' }).click()
  await page.getByRole('heading', { name: 'Version 2' }).waitFor()
  expectNoTrouble()
  await page.close()
}

async function findAndDelete(browser: Browser, { url }: WebServer): Promise<void> {
  const viewport = { width: 390, height: 844 }
  const { page } = await openPage(browser, url, { path: '/prompts', locale: 'pt', viewport })
  await page.getByLabel('Procurar prompts pelo nome').fill('jud')
  await page.getByRole('link', { name: 'support' }).waitFor({ state: 'detached' })
  await inBothThemes(page, 'prompts-narrow')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').last().fill('support')
  await page.getByRole('option', { name: 'support', exact: true }).click()
  await page.getByRole('heading', { name: 'support', level: 1 }).waitFor()
  await page.getByRole('region', { name: 'Texto do prompt' }).waitFor()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(width <= viewport.width, `the page is ${width} wide`)
  await inBothThemes(page, 'prompt-narrow')
  await page.getByRole('button', { name: 'Excluir', exact: true }).click()
  await page.getByRole('button', { name: 'Excluir o prompt' }).click()
  await page.getByRole('grid', { name: 'Prompts' }).getByRole('link', { name: 'judge' }).waitFor()
  await page.getByRole('link', { name: 'support' }).waitFor({ state: 'detached' })
  await page.route('**/registered-models/search*', (route) => route.abort())
  await page.reload()
  await page.getByRole('alert').waitFor()
  await expectNoAxeViolations(page)
  await page.goto(`${url}/prompts/nothing`)
  await page.getByRole('alert').getByText('nothing').waitFor()
  await page.close()
}
