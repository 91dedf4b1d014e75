import { SluiceError } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'
import { readTar } from '../../base/tar.ts'
import type { EnvironmentLock } from '../../environments/environment-builder.ts'
import { plainStream, type BaseImage } from './base-image.ts'

/** What Go calls the machines that Python calls so. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  arm64: 'arm64',
  armv7l: 'arm',
  ppc64le: 'ppc64le',
  s390x: 's390x',
}

/** `amd64` of `linux-x86_64`. */
export function architectureOf({ platform }: Pick<EnvironmentLock, 'platform'>): string {
  const machine = platform.split('-')[1] ?? platform
  return architectures[machine] ?? machine
}

/**
 * The interpreter of a base image that the packages were resolved for, e.g. `/usr/local/bin/python3.11`; undefined where
 * no layer shows one under such a name. Throws `invalid-request` for an image of another machine, another Python or
 * another C library: its packages would not load.
 */
export async function pythonOf(image: BaseImage, lock: EnvironmentLock): Promise<string | undefined> {
  const { architecture, os } = image.config
  const wanted = architectureOf(lock)
  if (architecture !== wanted || os !== 'linux')
    throw misfit(`is for ${String(os)}/${String(architecture)}`, `for linux/${wanted}`)
  const pythons = new Map<string, string>()
  let hasMusl = false
  for (const layer of image.layers) {
    // Sequential: layers lie on one disk, and a later one hides what was before.
    for await (const { path } of readTar(await plainStream(layer.file))) {
      const name = path.replace(/^\.?\//, '')
      const version = /^(?:.*\/)?bin\/python(3\.\d+)$/.exec(name)?.[1]
      if (version !== undefined && !pythons.get(version)?.startsWith('/usr/local/')) pythons.set(version, `/${name}`)
      if (/^(usr\/)?lib\/ld-musl-/.test(name)) hasMusl = true
    }
  }
  const isMusl = lock.platform.endsWith('-musl')
  if (pythons.size > 0 && hasMusl !== isMusl)
    throw misfit(`has ${hasMusl ? 'musl' : 'another C library than musl'}`, `for ${isMusl ? 'musl' : 'glibc'}`)
  if (pythons.size > 0 && !pythons.has(lock.python))
    throw misfit(`has Python ${[...pythons.keys()].sort().join(', ')}`, `for Python ${lock.python}`)
  return pythons.get(lock.python)
}

function misfit(has: string, wanted: string): SluiceError {
  return new SluiceError('invalid-request', `The base image ${has}; the packages were resolved ${wanted}.`, {
    hint: 'Give a base image with that Python, e.g. python:3.11-slim for 3.11.',
  })
}

/** The image's own variables, as `NAME=value`. */
export function variablesOf({ config }: Pick<BaseImage, 'config'>): readonly string[] {
  const own = isJsonObject(config['config']) ? config['config']['Env'] : undefined
  return Array.isArray(own) ? own.map(String) : []
}
