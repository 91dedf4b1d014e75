import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSluice } from '../mlflow/sluice-server.ts'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'

test('the shell of the web application', { skip: skipWithoutBrowser }, async (t) => {
  const url = await startSluice(t, 'sqlite')
  const browser = await startBrowser(t)

  await t.test('an empty store says where to start, in both themes and without a violation', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url)
    await page.getByText('Nothing has run here yet').waitFor()
    await inBothThemes(page, 'home-empty')
    expectNoTrouble()
    await page.close()
  })

  await t.test('its policy lets no script or style in that is not its own', async () => {
    const { page } = await openPage(browser, url)
    const answers = await page.evaluate(async () => {
      const blocked: string[] = []
      const allBlocked = new Promise<void>((resolve) =>
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          if (blocked.push(effectiveDirective) === 3) resolve()
        }),
      )
      const script = document.createElement('script')
      script.textContent = 'globalThis.injected = true'
      const style = document.createElement('style')
      style.textContent = 'body { display: none }'
      document.head.append(script, style)
      await fetch('http://127.0.0.1:9/').catch(() => undefined)
      await allBlocked
      return {
        blocked: blocked.sort(),
        injected: 'injected' in globalThis,
        display: getComputedStyle(document.body).display,
      }
    })
    assert.deepEqual(answers, {
      blocked: ['connect-src', 'script-src-elem', 'style-src-elem'],
      injected: false,
      display: 'block',
    })
    await page.close()
  })

  await t.test('theme and language are chosen once and kept, and change every word', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url)
    await page.getByLabel('Theme').selectOption('dark')
    await page.getByLabel('Language').selectOption('pt')
    await page.getByRole('heading', { name: 'Início' }).waitFor()
    await page.reload()
    await page.getByText('Ainda nada correu aqui').waitFor()
    const root = page.locator('html')
    assert.equal(await root.getAttribute('lang'), 'pt')
    assert.equal(await root.getAttribute('data-theme'), 'dark')
    assert.equal(await page.title(), 'Início · Sluiceworks')
    await page.getByLabel('Língua').selectOption('fr')
    await page.getByRole('heading', { name: 'Accueil' }).waitFor()
    expectNoTrouble()
    await page.close()
  })

  await t.test('Ctrl-K finds pages, ? lists the keys, Escape closes and gives the focus back', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url)
    await page.getByText('Nothing has run here yet').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('hom')
    await page.getByRole('option', { name: 'Home' }).waitFor()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.getByText('Go to Home').waitFor()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
    await page.keyboard.press('Tab')
    assert.equal(await page.locator(':focus').textContent(), 'Skip to content')
    expectNoTrouble()
    await page.close()
  })

  await t.test('an address that is no page says so', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/no/such/page' })
    await page.getByText('There is no such page').waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('when the server refuses, its words and a way to try again are shown', async () => {
    const { page } = await openPage(browser, url)
    await page.route('**/api/v1/jobs*', (route) =>
      route.fulfill({
        status: 503,
        json: { error: { code: 'store-unavailable', message: 'The disk is full.', hint: 'Free some space.' } },
      }),
    )
    await page.reload()
    await page.getByText('The disk is full.').waitFor({ timeout: 60_000 })
    await page.getByText('Free some space.').waitFor()
    await page.getByText('store-unavailable').waitFor()
    await expectNoAxeViolations(page)
    await page.unroute('**/api/v1/jobs*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Nothing has run here yet').waitFor({ timeout: 60_000 })
    await page.close()
  })
})
