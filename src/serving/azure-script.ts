import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'

/** The PyPI package that runs such scripts. */
const serverPackage = 'azureml-inference-server-http'
const mostFiles = 500
const importLine = /^[ \t]*(?:from|import)[ \t]+(?:azureml|inference_schema|azureml_inference_server_http|flask)\b/m

/**
 * Whether Python code in a folder imports what only Azure ML's own server runs faithfully: `azureml.*` (AMLRequest,
 * rawhttp, ...), the decorators of `inference_schema`, or Flask, whose responses that server passes on. Looks at the first 500 Python files, the nearest first.
 */
export async function importsAzureServer(folder: string): Promise<boolean> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith('.py'))
    .sort((one, other) => one.split('/').length - other.split('/').length)
  for (const file of files.slice(0, mostFiles)) {
    if (importLine.test(await readFile(join(folder, file), 'utf8'))) return true
  }
  return false
}

/** The environment with the package, said in the log where it is not named; the machine's own Python stays as it is. */
export function withAzureServer(request: EnvironmentRequest, log: (line: string) => void): EnvironmentRequest {
  if (request.kind === 'none') return request
  log(`the script uses Azure ML's server: ${serverPackage} is in its environment, added where that does not name it`)
  return { kind: 'extended', base: request, packages: [serverPackage] }
}
