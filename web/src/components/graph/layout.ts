/** A graph as the layout sees it. */
export interface LayoutRequest {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
  readonly direction: 'down' | 'right'
}

/** Left upper corners. */
export type Positions = Readonly<Record<string, { readonly x: number; readonly y: number }>>

/** Lays a graph out in a worker, so that the page never waits; rejects when the worker fails. */
export function layoutGraph(request: LayoutRequest): { readonly positions: Promise<Positions>; stop(): void } {
  const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
  const positions = new Promise<Positions>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Positions>) => {
      resolve(data)
      worker.terminate()
    }
    worker.onerror = (event) => reject(new Error(event.message))
  })
  worker.postMessage(request)
  return { positions, stop: () => worker.terminate() }
}
