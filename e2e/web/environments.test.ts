import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const patience = { timeout: 60_000 }

test('environments in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const { url, sluice, write } = await startWebServer(t)
  const browser = await startBrowser(t)
  // Locks are shared by all tests of this machine: what is asked for must be new, though it comes to the same packages.
  const isNew = `packaging>0.0.${Date.now()}`
  const create = async (version: string, packages: string): Promise<void> => {
    await write(`conda-${version}.yml`, `dependencies: ['python=3.11', pip, {pip: ['${packages}', '${isNew}']}]`)
    const text = `name: small\nversion: '${version}'\nconda_file: ./conda-${version}.yml\ndescription: A few packages.\n`
    await sluice('env', 'create', '--file', await write(`env-${version}.yml`, text))
  }

  await t.test('without one of their own people see what they are for, and the curated ones', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/environments' })
    await page.getByText('No environment of your own yet').waitFor()
    await page.getByLabel('Part of a name or description').fill('sklearn-1.5')
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'sklearn-1.5', exact: true }) })
    await row.getByText('Curated').waitFor()
    await row.getByText(/Not resolved|Not built|Ready|Python is gone|Cannot be built|Being built/).waitFor(patience)
    await inBothThemes(page, 'environments-empty')
    await row.getByRole('link').click()
    await page.getByRole('tab', { name: 'Definition' }).click()
    await page.getByText('scikit-learn==1.5.2').waitFor()
    await inBothThemes(page, 'environments-curated')
    expectNoTrouble()
    await page.close()
  })

  await create('1', 'packaging==24.1')
  await create('2', 'packaging==24.2')

  await t.test('an environment is built from its page, which shows what the build says and the packages', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/environments/small?version=1' })
    await page.getByText('Its packages are not known yet').waitFor(patience)
    await page.getByText('Not resolved').waitFor()
    await page.getByRole('button', { name: 'Build now' }).click()
    await page.getByText('Choosing the exact packages.').waitFor(patience)
    await page.getByText('Steps and deployments start at once.').waitFor(patience)
    await inBothThemes(page, 'environment-before-its-build')
    await page.getByRole('tab', { name: 'Packages' }).click()
    const packages = page.getByRole('grid', { name: 'Packages' })
    await packages.getByText('24.1').waitFor()
    await page.getByLabel('Part of a package’s name').fill('packag')
    await page.waitForURL(/text=packag/)
    await page.getByText('1 package', { exact: true }).waitFor()
    await inBothThemes(page, 'environment')
    expectNoTrouble()
    await page.close()
  })

  await t.test('the packages of two versions are compared, once both are known', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/environments/small?tab=compare' })
    await page.getByText('The packages of version 2 are not known yet').waitFor()
    await page.getByRole('button', { name: 'Build now' }).click()
    await page.getByText('Steps and deployments start at once.').waitFor(patience)
    await page.getByRole('tab', { name: 'Compare versions' }).click()
    const row = page.getByRole('grid', { name: 'Changed packages' }).getByRole('row', { name: /^packaging/ })
    assert.match(await row.innerText(), /Other version\s+24.1\s+24.2/)
    await inBothThemes(page, 'environment-compare')
    await page.getByRole('tab', { name: 'Definition' }).click()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy' }).last().click()
    await page.getByText('Copied').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    const again = await sluice('env', 'create', '--file', await write('again.yml', copied), '--json')
    assert.equal((JSON.parse(again) as { is_new: boolean }).is_new, false)
    expectNoTrouble()
    await page.close()
  })

  await t.test('jobs that ran in it are listed; on a narrow screen nothing runs out of it', async () => {
    const job =
      'type: pipeline\njobs:\n  look: {command: python -c "import packaging", environment: azureml:small@latest}\n'
    await sluice('run', await write('job.yml', job))
    const { page, expectNoTrouble } = await openPage(browser, url, {
      path: '/environments/small?tab=use',
      viewport: { width: 390, height: 800 },
    })
    await page.getByRole('grid', { name: 'Jobs' }).getByRole('link', { name: 'look' }).waitFor()
    await page.getByText('No deployment serves in it.').waitFor()
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390))
    await inBothThemes(page, 'environment-use-narrow')
    expectNoTrouble()
    await page.close()
  })

  await t.test('a build that fails says why', async () => {
    await write('wrong.yml', `dependencies: [python=3.11, pip, {pip: ['packaging==999.${Date.now()}']}]`)
    await sluice('env', 'create', '--file', await write('bad.yml', 'name: bad\nconda_file: ./wrong.yml\n'))
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/environments/bad' })
    await page.getByRole('button', { name: 'Build now' }).click()
    await page.getByText('The newest build failed').waitFor(patience)
    await page.getByRole('button', { name: 'Build again' }).waitFor()
    await inBothThemes(page, 'environment-failed-build')
    expectNoTrouble()
    await page.close()
  })

  await t.test('what freeing space would remove is said first; nothing so old is here', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/environments' })
    await page.getByRole('button', { name: 'Free disk space' }).click()
    const dialog = page.getByRole('dialog', { name: 'Free disk space' })
    await dialog.getByLabel('Not used for so many days').fill('100000')
    await dialog.getByRole('button', { name: 'See what would go' }).click()
    await dialog.getByText('Nothing would be removed.').waitFor(patience)
    assert.equal(await dialog.getByRole('button', { name: 'Remove these' }).count(), 0)
    await inBothThemes(page, 'environments-free-space')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expectNoTrouble()
    await page.close()
  })

  await t.test('a version is archived and restored', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/environments/small?tab=versions' })
    const versions = page.getByRole('grid', { name: 'Versions' })
    await versions.getByRole('button', { name: 'Archive' }).first().click()
    await versions.getByRole('button', { name: 'Restore' }).click()
    await page.getByText('small:2 was restored.').waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('an unknown environment is told of, in the words of the server', async () => {
    const { page } = await openPage(browser, url, { path: '/environments/nobody' })
    await page.getByRole('alert').getByText('There is no environment "nobody".').waitFor()
    await expectNoAxeViolations(page)
    await page.close()
  })
})
