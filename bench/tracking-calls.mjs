// Calls of MLflow's protocol, and a server filled with runs by them.
import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 16 })
const api = '/api/2.0/mlflow'

export function call(url, method, path, body) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers =
    text === ''
      ? {}
      : {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, path: `${api}${path}`, headers }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString()
        if (response.statusCode !== 200) reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`))
        else resolve(answer)
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })
}

/** For when nobody has listened for long: a server closes idle connections, and nobody here has heard of it. */
export const forgetConnections = () => agent.destroy()

export const post = (url, path, body) => call(url, 'POST', path, body)
export const json = async (answer) => JSON.parse(await answer)

export async function newRun(url, experiment_id, start_time = Date.now()) {
  return (
    await json(
      post(url, '/runs/create', {
        experiment_id,
        start_time,
        run_name: `run ${start_time}`,
      }),
    )
  ).run.info.run_id
}

/** Runs with 10 metrics, 15 params and 3 tags each, by 8 clients. */
export async function fill(url, experiment_id, count) {
  let next = 0
  const client = async () => {
    for (let index = next++; index < count; index = next++) {
      const run_id = await newRun(url, experiment_id, 1_700_000_000_000 + index)
      const value = (index * 7919) % 10_007
      await post(url, '/runs/log-batch', {
        run_id,
        metrics: Array.from({ length: 10 }, (_, at) => ({
          key: `m${at}`,
          value: value / 10_007 + at,
          timestamp: 1_700_000_000_000,
          step: 0,
        })),
        params: Array.from({ length: 15 }, (_, at) => ({
          key: `p${at}`,
          value: String((index * (at + 3)) % 97),
        })),
        tags: [
          { key: 'team', value: `t${index % 20}` },
          { key: 'kind', value: index % 2 === 0 ? 'train' : 'tune' },
        ],
      })
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
}

/** Runs of thousands of metrics each, in experiment 0; gives their ids. */
export async function wideRuns(url, { runs, metrics: width }) {
  const ids = []
  for (let run = 0; run < runs; run++) {
    const run_id = await newRun(url, '0')
    for (let from = 0; from < width; from += 1000) {
      const metrics = Array.from({ length: Math.min(1000, width - from) }, (_, at) => ({
        key: `layer/${from + at}`,
        value: Math.sin(run * (from + at)),
        timestamp: 1_700_000_000_000,
        step: 0,
      }))
      await post(url, '/runs/log-batch', { run_id, metrics })
    }
    ids.push(run_id)
  }
  return ids
}
