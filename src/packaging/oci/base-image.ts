/**
 * The image that a model's layers are put on: an OCI image layout (a folder or a tar of one) or what `docker save` and
 * `podman save` write. Everything in it is compared with its digest; nothing of it is changed.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { readTar } from '../../base/tar.ts'

/** A layer of a base image, as it lies there. */
interface BaseLayer {
  readonly mediaType: string
  readonly digest: string
  readonly sizeBytes: number
  readonly file: string
}

/** A base image that was read and compared. */
export interface BaseImage {
  /** The image's configuration, as the OCI image specification has it. */
  readonly config: JsonObject
  readonly layers: readonly BaseLayer[]
}

export interface BaseChoice {
  /** Absolute: a folder or a tar. */
  readonly path: string
  /** Takes what a tar holds; the caller removes it. */
  readonly scratch: string
  /** e.g. `amd64`, of an image that is there for several. */
  readonly architecture: string
}

type Find = (name: string) => Promise<string>

/** Reads a base image. Throws `input-not-found`, or `invalid-request` with what is wrong with it. */
export async function openBaseImage({ path, scratch, architecture }: BaseChoice): Promise<BaseImage> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined)
    throw new SluiceError('input-not-found', `The base image ${path} is not there.`, {
      hint: 'Write one with: podman save --format oci-archive -o base.tar IMAGE (or docker save -o base.tar IMAGE)',
    })
  const find = found.isDirectory() ? inFolder(path) : await unpacked(path, scratch)
  const index = await jsonFile(find, 'index.json')
  if (index !== undefined) return ociImage(index, { find, path, architecture })
  const manifest = await jsonFile(find, 'manifest.json')
  if (manifest !== undefined) return dockerImage(manifest, { find, path })
  throw unusable(path, 'it has neither index.json (an OCI image layout) nor manifest.json (docker save)')
}

interface Place {
  readonly find: Find
  readonly path: string
}

function unusable(path: string, why: string): SluiceError {
  return new SluiceError('invalid-request', `The base image ${path} cannot be used: ${why}.`, {
    hint: 'Give an OCI image layout (folder or tar), or what docker save or podman save writes.',
  })
}

function inFolder(folder: string): Find {
  return async (name) => join(folder, safePath(folder, name))
}

function safePath(image: string, name: string): string {
  const path = posix.normalize(name)
  if (posix.isAbsolute(path) || path === '..' || path.startsWith('../') || path.includes('\0'))
    throw unusable(image, `it names a file outside itself (${JSON.stringify(name)})`)
  return path
}

/** A tar's files in the scratch folder; links are followed by name and never made. */
async function unpacked(path: string, scratch: string): Promise<Find> {
  const links = new Map<string, string>()
  for await (const { kind, path: name, target, content } of readTar(await plainStream(path))) {
    const place = safePath(path, name)
    if (kind === 'symlink') links.set(place, safePath(path, posix.join(posix.dirname(place), target ?? '')))
    if (kind === 'link') links.set(place, safePath(path, target ?? ''))
    if (kind !== 'file') continue
    await mkdir(dirname(join(scratch, place)), { recursive: true })
    await pipeline(Readable.from(content), createWriteStream(join(scratch, place)))
  }
  return async (name) => {
    let place = safePath(path, name)
    for (let steps = 0; links.has(place); steps++) {
      if (steps > 20) throw unusable(path, `the link ${name} leads nowhere`)
      place = links.get(place)!
    }
    return join(scratch, place)
  }
}

/** The bytes of a file, decompressed where its first bytes say that it is compressed. */
export async function plainStream(file: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file, 'r')
  const start = Buffer.alloc(4)
  await handle.read(start, 0, 4, 0)
  await handle.close()
  const bytes = createReadStream(file)
  const unpack =
    start[0] === 0x1f && start[1] === 0x8b
      ? createGunzip()
      : start.readUInt32LE() === 0xfd2fb528
        ? createZstdDecompress()
        : undefined
  if (unpack === undefined) return bytes
  // Errors of the file are errors of the stream that is read.
  bytes.on('error', (error) => unpack.destroy(error))
  return bytes.pipe(unpack)
}

async function ociImage(
  index: JsonObject | readonly unknown[],
  { find, path, architecture }: Place & { readonly architecture: string },
): Promise<BaseImage> {
  let manifest = isJsonObject(index) ? index : {}
  // An index may name another one; the last names a manifest.
  for (let depth = 0; Array.isArray(manifest['manifests']); depth++) {
    const choices = (manifest['manifests'] as readonly unknown[]).filter(isJsonObject)
    const isFitting = ({ platform }: JsonObject): boolean =>
      isJsonObject(platform) && platform['architecture'] === architecture && platform['os'] === 'linux'
    const chosen = choices.find(isFitting) ?? (choices.length === 1 ? choices[0] : undefined)
    if (chosen === undefined || depth > 5) throw unusable(path, `it has no image for linux/${architecture}`)
    manifest = await jsonBlob(chosen, { find, path })
  }
  if (!isJsonObject(manifest['config']) || !Array.isArray(manifest['layers']))
    throw unusable(path, 'its manifest names no config and layers')
  const config = await jsonBlob(manifest['config'], { find, path })
  const layers: BaseLayer[] = []
  for (const descriptor of manifest['layers'] as readonly unknown[]) {
    if (!isJsonObject(descriptor)) throw unusable(path, 'its manifest names a layer that is none')
    layers.push({ ...(await blob(descriptor, { find, path })), mediaType: layerType(String(descriptor['mediaType'])) })
  }
  return checked({ config, layers }, path)
}

/** Docker's names of layers in those of OCI. */
function layerType(mediaType: string): string {
  const compression = /[.+](gzip|zstd)$/.exec(mediaType)?.[1]
  return `application/vnd.oci.image.layer.v1.tar${compression === undefined ? '' : `+${compression}`}`
}

async function blob(descriptor: JsonObject, { find, path }: Place): Promise<Omit<BaseLayer, 'mediaType'>> {
  const digest = String(descriptor['digest'])
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1]
  if (hex === undefined) throw unusable(path, `"${digest}" is no sha256 digest`)
  const file = await find(`blobs/sha256/${hex}`)
  const read = await digestOf(file)
  if (read === undefined) throw unusable(path, `it lacks the blob ${digest}`)
  if (read.digest !== digest) throw unusable(path, `the bytes of the blob ${digest} are others (${read.digest})`)
  return { file, digest, sizeBytes: read.sizeBytes }
}

async function jsonBlob(descriptor: JsonObject, place: Place): Promise<JsonObject> {
  const { file } = await blob(descriptor, place)
  const value: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (!isJsonObject(value)) throw unusable(place.path, `the blob ${String(descriptor['digest'])} is no JSON object`)
  return value
}

async function digestOf(
  file: string | AsyncIterable<Uint8Array>,
): Promise<{ digest: string; sizeBytes: number } | undefined> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of typeof file === 'string' ? createReadStream(file) : file) {
      hash.update(chunk as Uint8Array)
      sizeBytes += (chunk as Uint8Array).length
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes }
}

/** `manifest.json` of `docker save`: `[{Config, Layers}]`. */
async function dockerImage(manifest: unknown, { find, path }: Place): Promise<BaseImage> {
  const images = Array.isArray(manifest) ? (manifest as readonly unknown[]).filter(isJsonObject) : []
  const [image] = images
  if (image === undefined || images.length > 1 || !Array.isArray(image['Layers']))
    throw unusable(path, `it holds ${images.length} images; one is needed`)
  const config = await jsonFile(find, String(image['Config']))
  if (!isJsonObject(config)) throw unusable(path, 'its config cannot be read')
  const layers: BaseLayer[] = []
  for (const name of image['Layers'] as readonly unknown[]) {
    const file = await find(String(name))
    const read = await digestOf(file)
    if (read === undefined) throw unusable(path, `it lacks the layer ${String(name)}`)
    const start = await firstBytes(file)
    const compression = start === '1f8b' ? '+gzip' : ''
    layers.push({ ...read, file, mediaType: `application/vnd.oci.image.layer.v1.tar${compression}` })
  }
  return checked({ config, layers }, path)
}

async function firstBytes(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    return (await handle.read(Buffer.alloc(2), 0, 2, 0)).buffer.toString('hex')
  } finally {
    await handle.close()
  }
}

/** Every layer's content has the digest that the config gives for it. */
async function checked(image: BaseImage, path: string): Promise<BaseImage> {
  const { config, layers } = image
  const { rootfs } = config
  const listed = isJsonObject(rootfs) && Array.isArray(rootfs['diff_ids']) ? (rootfs['diff_ids'] as unknown[]) : []
  if (listed.length !== layers.length)
    throw unusable(path, `it has ${layers.length} layers, and its config speaks of ${listed.length}`)
  for (const [at, { file, digest }] of layers.entries()) {
    const plain = await digestOf(await plainStream(file))
    if (plain?.digest !== listed[at])
      throw unusable(path, `the content of the layer ${digest} is not what its config says`)
  }
  return image
}

async function jsonFile(find: Find, name: string): Promise<JsonObject | readonly unknown[] | undefined> {
  let text: string
  try {
    text = await readFile(await find(name), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return JSON.parse(text) as JsonObject | readonly unknown[]
}
