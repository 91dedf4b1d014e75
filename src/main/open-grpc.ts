import { join } from 'node:path'
import { packageRoot, packageVersion } from '../config.ts'
import type { RequestTraces } from '../server/request-traces.ts'
import type { ServingService } from '../serving/serving-service.ts'
import type { Opened, OpenServerOptions } from './server-options.ts'

/** Serves the Open Inference Protocol over gRPC where the settings want it; returns its port. */
export async function openGrpc(
  { settings, log }: OpenServerOptions,
  {
    serving,
    traces,
    closing,
  }: { readonly serving: ServingService; readonly traces: RequestTraces } & Pick<Opened, 'closing'>,
): Promise<number | undefined> {
  if (settings.grpcPort === undefined) return undefined
  const { startGrpcServer } = await import('../protocols/open-inference/grpc/grpc-server.ts')
  const server = await startGrpcServer({
    serving,
    traces,
    isKeyRequired: false,
    version: packageVersion(),
    protoFile: join(packageRoot(), 'schemas', 'open-inference', 'inference.proto'),
    port: settings.grpcPort,
  })
  closing.unshift(() => server.close())
  log?.write('info', `the Open Inference Protocol over gRPC: 127.0.0.1:${server.port}`)
  return server.port
}
