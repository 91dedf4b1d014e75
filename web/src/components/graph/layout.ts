/** A graph as the layout sees it. */
export interface LayoutRequest {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
  readonly direction: 'down' | 'right'
}

/** Left upper corners. */
export type Positions = Readonly<Record<string, { readonly x: number; readonly y: number }>>

let spare: Worker | undefined

/** Starts the worker of the next layout before there is something to lay out: that takes as long as the server's answer. */
export function prepareLayout(): void {
  if (spare !== undefined) return
  spare = startWorker()
  // The next layout tries again, and tells.
  spare.onerror = () => (spare = undefined)
}

function startWorker(): Worker {
  return new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
}

/** Lays a graph out in a worker, so that the page never waits; rejects when the worker fails. */
export function layoutGraph(request: LayoutRequest): { readonly positions: Promise<Positions>; stop(): void } {
  const worker = spare ?? startWorker()
  spare = undefined
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
