import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/**
 * A server that passes every request on to the one at `target`, bytes as they are, and remembers what was called:
 * `GET /api/2.0/mlflow/runs/get`, without the query.
 */
export async function recordingProxy(
  t: TestContext,
  target: string,
): Promise<{ readonly url: string; readonly calls: ReadonlySet<string> }> {
  const calls = new Set<string>()
  const { hostname, port, host } = new URL(target)
  const proxy = createServer((incoming, answer) => {
    const path = incoming.url!
    const outgoing = request(
      { hostname, port, path, method: incoming.method!, headers: { ...incoming.headers, host } },
      (response) => {
        // A refused call does not show that the endpoint works.
        if (response.statusCode! < 400) calls.add(`${incoming.method} ${path.split('?', 1)[0]}`)
        answer.writeHead(response.statusCode!, response.headers)
        response.pipe(answer)
      },
    )
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, calls }
}
