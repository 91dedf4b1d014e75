import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Server } from '../serving/server.ts'

const script = `
import json, os

def init():
    pass

def run(raw):
    return {"is": os.environ["NAME"], "n": json.loads(raw)["n"]}
`

/** An endpoint `lines` whose deployments say their name and give back the number they were sent. */
export interface LinesEndpoint {
  /** The YAML of a deployment of this name. */
  readonly file: (name: string) => Promise<string>
  /** Sends numbers until stopped; tells how many were answered, and every answer that was not the right one. */
  readonly load: (clients: number) => Load
  readonly rollout: () => Promise<Rollout>
  readonly traffic: () => Promise<unknown>
}

export interface Load {
  readonly answered: () => number
  readonly stop: () => Promise<{ readonly answered: number; readonly wrong: readonly string[] }>
}

export interface Rollout {
  readonly status: string
  readonly reason?: string
  readonly ended_at?: string
}

/** Makes the endpoint with a deployment `blue` that has all traffic. */
export async function makeLines(server: Server): Promise<LinesEndpoint> {
  const code = join(server.data, 'code')
  await mkdir(code)
  await writeFile(join(code, 'score.py'), script)
  const file = async (name: string): Promise<string> => {
    const path = join(server.data, `${name}.yml`)
    await writeFile(
      path,
      `name: ${name}
endpoint_name: lines
code_configuration: {code: ./code, scoring_script: score.py}
environment_variables: {NAME: ${name}}
instance_count: 2
# Requests come while workers start.
request_settings: {request_timeout_ms: 90000}
`,
    )
    return path
  }
  await server.post('/api/v1/endpoints', { name: 'lines', auth_mode: 'none' })
  await server.post('/api/v1/endpoints/lines/deployments', { file: await file('blue') })
  const get = async (path: string): Promise<unknown> => (await server.get(`/api/v1/endpoints/lines${path}`)).body
  return {
    file,
    load: (clients) => startLoad(server, clients),
    rollout: async () => (await get('/rollout')) as Rollout,
    traffic: async () => ((await get('')) as { readonly traffic: unknown }).traffic,
  }
}

function startLoad(server: Server, clients: number): Load {
  let isOver = false
  let answered = 0
  const wrong: string[] = []
  const ask = async (client: number): Promise<void> => {
    for (let n = client; !isOver; n += clients) {
      try {
        const reply = await fetch(`${server.url()}/endpoints/lines/score`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ n }),
        })
        const text = await reply.text()
        const isRight = reply.status === 200 && (JSON.parse(text) as { n: number }).n === n
        if (isRight) answered++
        else wrong.push(`${reply.status} ${text}`)
      } catch (error) {
        wrong.push(String(error))
      }
    }
  }
  const asking = Array.from({ length: clients }, (_, client) => ask(client))
  return {
    answered: () => answered,
    async stop() {
      isOver = true
      await Promise.all(asking)
      return { answered, wrong }
    },
  }
}

/** Waits until `holds`. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20)
}
