/**
 * A packaged model as a container image, written without an engine: an OCI image layout (image-spec 1.1) of the base's
 * layers as they are, one layer of the environment and one of the package. Our layers are plain tars: what compresses
 * differs from one zlib to the next, and then the same model would have another digest; registries compress by themselves.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { tarEnd, tarHeader, tarPadding } from '../../base/tar.ts'
import { fileNameOf, type ModelPackage } from '../model-package.ts'
import { folderFiles, type PackageFile } from '../package-file.ts'
import { tarSize, writeTar } from '../write-tar.ts'
import type { BaseImage } from './base-image.ts'
import { architectureOf, pythonOf, variablesOf } from './base-python.ts'

/** Where things lie in the image. */
const packagesFolder = 'opt/sluiceworks/packages'
const modelFolder = 'opt/sluiceworks/model'
/** Nobody in particular: the server writes nothing and owns nothing. */
const user = '10001:10001'

/** An image that can be written. */
export interface ModelImage {
  /** `sha256:...` of its manifest: what a registry knows it by. */
  readonly digest: string
  readonly reference: string
  readonly notes: readonly string[]
  /** The layout as a tar (`oci-archive`). */
  readonly write: () => AsyncIterable<Uint8Array>
}

interface Blob {
  readonly digest: string
  readonly sizeBytes: number
  readonly bytes: () => AsyncIterable<Uint8Array>
}

/** The image of a package. Throws `invalid-request` where its packages would not load on the base. */
export async function modelImage(model: ModelPackage, base: BaseImage | undefined): Promise<ModelImage> {
  const python = base === undefined ? undefined : await pythonOf(base, model.lock)
  const environment = await layerOf(await environmentFiles(model), packagesFolder)
  const own = await layerOf(model.files, modelFolder)
  const config = jsonBlob(imageConfig(model, { base, python, layers: [environment, own] }))
  const layerType = 'application/vnd.oci.image.layer.v1.tar'
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...descriptorOf(config) },
    layers: [
      ...(base?.layers ?? []).map((layer) => ({ mediaType: layer.mediaType, ...descriptorOf(layer) })),
      { mediaType: layerType, ...descriptorOf(environment) },
      { mediaType: layerType, ...descriptorOf(own) },
    ],
    annotations: labelsOf(model),
  })
  const reference = `${fileNameOf(model.name)}:${fileNameOf(model.version)}`
  const index = jsonBlob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...descriptorOf(manifest),
        platform: { architecture: architectureOf(model.lock), os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': reference },
      },
    ],
  })
  const taken = (base?.layers ?? []).map((layer): Blob => ({ ...layer, bytes: () => createReadStream(layer.file) }))
  const blobs = [...taken, environment, own, config, manifest]
  return { digest: manifest.digest, reference, notes: notesOf({ base, python }), write: () => layout(index, blobs) }
}

/** `site-packages` without what the environment's builder put there for itself, and without bytecode, which holds times. */
function environmentFiles({ lock, installation }: ModelPackage): Promise<readonly PackageFile[]> {
  if (lock.requirements === '') return Promise.resolve([])
  const ofBuilder = /^_virtualenv\.(py|pth)$/
  const isLeftOut = (path: string): boolean => ofBuilder.test(path) || /(^|\/)__pycache__$/.test(path)
  return folderFiles(installation.folder, { below: '', ignore: isLeftOut })
}

async function layerOf(files: readonly PackageFile[], root: string): Promise<Blob> {
  const bytes = (): AsyncIterable<Uint8Array> => writeTar(files, { root })
  const hash = createHash('sha256')
  for await (const chunk of bytes()) hash.update(chunk)
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes: tarSize(files, { root }), bytes }
}

function jsonBlob(value: JsonObject): Blob {
  const text = Buffer.from(JSON.stringify(value))
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return {
    digest,
    sizeBytes: text.length,
    async *bytes() {
      yield text
    },
  }
}

function descriptorOf({ digest, sizeBytes }: Pick<Blob, 'digest' | 'sizeBytes'>): JsonObject {
  return { digest, size: sizeBytes }
}

function labelsOf({ name, version, digest }: ModelPackage): JsonObject {
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'dev.sluiceworks.package.digest': digest,
  }
}

interface ConfigParts {
  readonly base: BaseImage | undefined
  readonly python: string | undefined
  readonly layers: readonly Blob[]
}

/** The base's configuration with our command. Keeps what the base says of itself (variables, labels, history). */
function imageConfig(model: ModelPackage, { base, python = 'python3', layers }: ConfigParts): JsonObject {
  const given = base?.config ?? {}
  const own = isJsonObject(given['config']) ? given['config'] : {}
  const rootfs = isJsonObject(given['rootfs']) ? given['rootfs'] : {}
  const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
    Array.isArray(value) ? (value as readonly JsonValue[]) : []
  const variables = ['PYTHONPATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONUNBUFFERED']
  const kept = (base === undefined ? ['PATH=/usr/local/bin:/usr/bin:/bin'] : variablesOf(base)).filter(
    (variable) => !variables.includes(variable.split('=', 1)[0]!),
  )
  const { Cmd: _command, Healthcheck: _check, ...inherited } = own
  return {
    architecture: architectureOf(model.lock),
    os: 'linux',
    ...(given['variant'] !== undefined && { variant: given['variant'] }),
    config: {
      ...inherited,
      User: user,
      ExposedPorts: { '5001/tcp': {} },
      Env: [
        ...kept,
        `PYTHONPATH=/${packagesFolder}:/${modelFolder}/server`,
        'PYTHONDONTWRITEBYTECODE=1',
        'PYTHONUNBUFFERED=1',
      ],
      Entrypoint: [
        ...[python, '-m', 'sluiceworks.package_server', '--root', `/${modelFolder}`],
        ...['--packages', `/${packagesFolder}`, '--host', '0.0.0.0'],
      ],
      WorkingDir: `/${modelFolder}`,
      Labels: { ...(isJsonObject(own['Labels']) ? own['Labels'] : {}), ...labelsOf(model) },
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: [...listOf(rootfs['diff_ids']), ...layers.map(({ digest }) => digest)] },
    history: [
      ...historyOf(given, base?.layers.length ?? 0),
      { created_by: 'sluice model package', comment: 'environment' },
      { created_by: 'sluice model package', comment: 'model' },
    ],
  }
}

/** The base's history where it has an entry for every layer; tools count them. */
function historyOf({ history }: JsonObject, layerCount: number): readonly JsonValue[] {
  const entries = Array.isArray(history) ? (history as readonly JsonValue[]) : []
  const filled = entries.filter((entry) => isJsonObject(entry) && entry['empty_layer'] !== true)
  return filled.length === layerCount ? entries : Array.from({ length: layerCount }, () => ({ comment: 'base' }))
}

function notesOf({ base, python }: Pick<ConfigParts, 'base' | 'python'>): readonly string[] {
  if (base === undefined)
    return ['The image has no base: it holds the environment and the model, but no Python. Give one with --base.']
  if (python === undefined)
    return ['No python3.N was seen in the base image: its python3 is started, whichever that is.']
  return []
}

async function* layout(index: Blob, blobs: readonly Blob[]): AsyncGenerator<Uint8Array> {
  const version = Buffer.from('{"imageLayoutVersion":"1.0.0"}')
  yield* member('oci-layout', version.length, [version])
  yield* member('index.json', index.sizeBytes, index.bytes())
  for (const folder of ['blobs', 'blobs/sha256'])
    yield tarHeader({ path: folder, kind: 'folder', sizeBytes: 0, mode: 0o755 })
  const written = new Set<string>()
  for (const { digest, sizeBytes, bytes } of blobs) {
    // A base may have the same (empty) layer twice.
    if (written.has(digest)) continue
    written.add(digest)
    yield* member(`blobs/sha256/${digest.slice('sha256:'.length)}`, sizeBytes, bytes())
  }
  yield tarEnd
}

async function* member(
  path: string,
  sizeBytes: number,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield tarHeader({ path, kind: 'file', sizeBytes, mode: 0o644 })
  yield* bytes
  yield tarPadding(sizeBytes)
}
