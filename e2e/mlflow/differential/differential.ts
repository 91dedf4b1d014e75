import { isDeepStrictEqual } from 'node:util'
import type { Call } from './call.ts'
import { comparable, type Difference } from './comparable.ts'
import { knownDifferences } from './known-differences.ts'
import { Peer } from './peer.ts'
import { sequence } from './sequence.ts'

/**
 * Sends one sequence to both servers, call by call, and gives the first difference that is not a known one. A sequence
 * ends at a known difference too: from there on the two servers hold different things.
 */
export async function firstDifference(
  urls: { readonly ours: string; readonly theirs: string },
  { seed, index }: { readonly seed: number; readonly index: number },
): Promise<{ readonly difference?: Difference; readonly known?: string; readonly calls: number }> {
  const [we, they] = [new Peer(urls.ours), new Peer(urls.theirs)]
  const { world, calls } = sequence(seed, index)
  let count = 0
  for (const call of calls()) {
    count++
    // Sequential: each call sees what the one before it did.
    const [ourAnswer, theirAnswer] = await Promise.all([we.send(call), they.send(call)])
    we.learn(call, ourAnswer)
    they.learn(call, theirAnswer)
    const [ours, theirs] = [comparable(call, ourAnswer, we), comparable(call, theirAnswer, they)]
    if (!isDeepStrictEqual(ours, theirs)) {
      const difference = {
        at: `seed ${seed}, sequence ${index}, call ${count}`,
        call,
        ours,
        theirs,
        texts: [textOf(ourAnswer.body), textOf(theirAnswer.body)],
      } as const
      const known = knownDifferences.find(({ applies }) => applies(difference))
      const isHarmless =
        call.method === 'GET' || call.path.endsWith('/search') || (ours.status >= 400 && theirs.status >= 400)
      if (known !== undefined && isHarmless) continue
      return known === undefined ? { difference, calls: count } : { known: known.reason, calls: count }
    }
    const hasMore = JSON.stringify(theirs.body).includes('"next_page_token"')
    if (call.tokenName !== undefined && hasMore) world.unfinished.push(withToken(call))
    const isSuccess = theirs.status === 200
    if (!isSuccess) for (const name of Object.keys(call.names ?? {})) forget(world, name)
  }
  return { calls: count }
}

function textOf(body: unknown): unknown {
  return (body as { message?: unknown }).message ?? ''
}

function withToken(call: Call): Call {
  const page_token = `{{${call.tokenName}}}`
  return call.body === undefined
    ? { ...call, query: { ...call.query, page_token } }
    : { ...call, body: { ...call.body, page_token } }
}

function forget(world: ReturnType<typeof sequence>['world'], name: string): void {
  for (const names of [world.experiments, world.runs, world.loggedModels]) {
    const at = names.indexOf(name)
    if (at >= 0) names.splice(at, 1)
  }
}
