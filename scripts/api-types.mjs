// The types of our REST interface for the web application, from the OpenAPI document of the whole route table.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { settings } from '../src/config.ts'
import { openServer } from '../src/main.ts'

/** Text of web/src/api.gen.ts. Opens a store of its own for as long as it takes to ask what there is. */
export async function apiTypes() {
  const home = mkdtempSync(join(tmpdir(), 'sluice-docs-'))
  const environment = { HOME: home, PATH: process.env.PATH ?? '', SLUICE_PORT: '0' }
  const server = await openServer({ settings: settings({ environment, home }), environment })
  try {
    const document = await (await fetch(`${server.url}/api/v1/openapi.json`)).json()
    return `// Made by scripts/docs.mjs (npm run docs); do not edit.\n${astToString(await openapiTS(document))}`
  } finally {
    await server.close()
    rmSync(home, { recursive: true, force: true })
  }
}
