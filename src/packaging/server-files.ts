import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { textFile, type PackageFile } from './package-file.ts'

/**
 * The module that serves a package and every module of ours that it imports, directly or through others, also late ones
 * inside functions. Read from the sources, so that a package never lacks a module that was added behind an endpoint.
 */
export async function serverFiles(pythonSource: string): Promise<readonly PackageFile[]> {
  const modules = new Map<string, PackageFile>()
  const wanted = ['__init__', 'package_server']
  for (let module = wanted.pop(); module !== undefined; module = wanted.pop()) {
    if (modules.has(module)) continue
    const path = `sluiceworks/${module}.py`
    const content = await readFile(join(pythonSource, path))
    modules.set(module, textFile(`server/${path}`, content))
    if (module !== '__init__') wanted.push(...importedBy(content.toString()))
  }
  return [...modules.values()]
}

/** `scoring_types` of `from .scoring_types import ...`. */
function importedBy(source: string): readonly string[] {
  return [...source.matchAll(/^\s*from \.(\w+) import /gm)].map(([, module]) => module!)
}
