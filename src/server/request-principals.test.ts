import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../test/system-clock.ts'
import { jobTokens } from '../access/job-token.ts'
import { principalText } from '../access/principal.ts'
import type { JobName } from '../base/ids.ts'
import { send } from './http-request.test-support.ts'
import { startHttpServer } from './http-server.ts'
import { requestPrincipals } from './request-principals.ts'

const job = 'calm_otter_0000000001' as JobName
const hour = 3_600_000

async function serve(alive: ReadonlySet<string>) {
  const tokens = jobTokens(Buffer.alloc(32, 7))
  const principals = requestPrincipals({ tokens, clock: systemClock, isUnderWay: async (name) => alive.has(name) })
  const server = await startHttpServer({
    port: 0,
    identify: (request) => principals.identify(request),
    routes: [
      {
        method: 'GET',
        url: '/who',
        permission: 'read',
        handler: async (request) => ({ who: principalText(principals.of(request)) }),
      },
    ],
  })
  const ask = async (authorization?: string) => {
    const { status, text } = await send(`${server.url}/who`, {
      headers: authorization === undefined ? {} : { authorization },
    })
    return [status, (JSON.parse(text) as { who?: string }).who]
  }
  return { tokens, ask, server }
}

test('a job token makes its job the caller while the job is under way, and is refused afterwards', async (t) => {
  const alive = new Set<string>([job])
  const { tokens, ask, server } = await serve(alive)
  t.after(() => server.close())
  const bearer = `Bearer ${tokens.issue(job, Date.now() + hour)}`
  assert.deepEqual(await ask(bearer), [200, `job:${job}`])
  assert.deepEqual(await ask(), [200, 'local'])
  alive.delete(job)
  assert.deepEqual(await ask(bearer), [401, undefined])
})

test('a forged or expired job token is refused, a bearer of somebody else is left to whoever it is for', async (t) => {
  const { tokens, ask, server } = await serve(new Set([job]))
  t.after(() => server.close())
  const genuine = tokens.issue(job, Date.now() + hour)
  assert.deepEqual(await ask(`Bearer ${genuine.slice(0, -3)}AAA`), [401, undefined])
  assert.deepEqual(await ask(`Bearer ${tokens.issue(job, Date.now() - hour)}`), [401, undefined])
  assert.deepEqual(await ask(`Bearer ${jobTokens(Buffer.alloc(32, 8)).issue(job, Date.now() + hour)}`), [
    401,
    undefined,
  ])
  assert.deepEqual(await ask('Bearer an-endpoint-key'), [200, 'local'])
  assert.deepEqual(await ask('Basic dXNlcjpwYXNz'), [200, 'local'])
})
