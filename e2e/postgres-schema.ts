import type { TestContext } from 'node:test'
import pg from 'pg'

const postgresUrl = process.env['SLUICE_TEST_POSTGRES']
let schemas = 0

/** Why a test on PostgreSQL cannot run here; false when it can. */
export const skipPostgres: string | false =
  postgresUrl === undefined && 'SLUICE_TEST_POSTGRES is not set: run through npm test'

/** An empty schema of the test's own, gone afterwards; the address opens exactly that schema. */
export async function makeSchema(t: TestContext): Promise<string> {
  const schema = `e2e_${process.pid}_${schemas++}`
  const admin = new pg.Client({ connectionString: postgresUrl })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  t.after(async () => {
    await admin.query(`drop schema ${schema} cascade`)
    await admin.end()
  })
  const url = new URL(postgresUrl!)
  url.searchParams.set('options', `-c search_path=${schema}`)
  return url.href
}
