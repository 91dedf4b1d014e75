import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '../base/json.ts'
import {
  billFile,
  fileNameOf,
  packageModel,
  type ModelPackage,
  type PackageRequest,
  type PackagingPlace,
} from './model-package.ts'
import { openBaseImage } from './oci/base-image.ts'
import { architectureOf } from './oci/base-python.ts'
import { modelImage } from './oci/image-layout.ts'
import { exportOnnx, type ExportRequest } from './onnx-export.ts'
import { writeTar } from './write-tar.ts'

/** `folder`: a tar of what belongs into one folder; `tar`: the same below a folder of its own; `oci`: an image layout. */
export type PackageFormat = 'folder' | 'tar' | 'oci'

/** Something that is written while it is sent, and what there is to say of it. */
export interface Outgoing {
  readonly contentType: string
  readonly fileName: string
  readonly summary: JsonObject
  /** Of a package: what is in it, as CycloneDX. */
  readonly billOfMaterials?: Buffer
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Models on their way out. */
export interface PackagingService {
  package(request: PackageRequest & { readonly format: PackageFormat; readonly base?: string }): Promise<Outgoing>
  export(request: ExportRequest): Promise<Outgoing>
}

/** Packages and exports what the registry or a folder has. */
export function packagingService(place: PackagingPlace): PackagingService {
  return {
    async package({ format, base, ...request }) {
      const model = await packageModel(request, place)
      const name = `${fileNameOf(model.name)}-${fileNameOf(model.version)}`
      const { digest, notes } = model
      const about = { name: model.name, version: model.version, digest, python: model.installation.python }
      const bill = model.files.find(({ path }) => path === billFile)?.content
      const tar = {
        ...{ contentType: 'application/x-tar', fileName: `${name}.tar` },
        ...(bill instanceof Buffer && { billOfMaterials: bill }),
      }
      if (format !== 'oci') {
        const bytes = writeTar(model.files, format === 'tar' ? { root: name } : {})
        return { ...tar, summary: { ...about, notes: [...notes] }, bytes: thenClose(bytes, model.close) }
      }
      return {
        ...tar,
        ...(await image({ model, base, scratch: join(place.folder, `${process.pid}-${randomUUID()}`) }, about)),
      }
    },
    async export(request) {
      const { bytes, report } = await exportOnnx(request, place)
      return {
        contentType: 'application/octet-stream',
        fileName: 'model.onnx',
        summary: report,
        bytes: (async function* () {
          yield bytes
        })(),
      }
    },
  }
}

interface ImageParts {
  readonly model: ModelPackage
  readonly base: string | undefined
  readonly scratch: string
}

async function image(
  { model, base, scratch }: ImageParts,
  about: JsonObject,
): Promise<Pick<Outgoing, 'summary' | 'bytes'>> {
  const close = async (): Promise<void> => {
    await rm(scratch, { recursive: true, force: true })
    await model.close()
  }
  try {
    const architecture = architectureOf(model.lock)
    const below = base === undefined ? undefined : await openBaseImage({ path: base, scratch, architecture })
    const made = await modelImage(model, below)
    const summary = {
      ...about,
      image: made.digest,
      reference: made.reference,
      notes: [...model.notes, ...made.notes],
    }
    return { summary, bytes: thenClose(made.write(), close) }
  } catch (error) {
    await close()
    throw error
  }
}

/** The bytes; after the last, or when nobody wants them (also none of them), `close`. */
function thenClose(bytes: AsyncIterable<Uint8Array>, close: () => Promise<void>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const source = bytes[Symbol.asyncIterator]()
      return {
        async next() {
          try {
            const result = await source.next()
            if (result.done === true) await close()
            return result
          } catch (error) {
            await close()
            throw error
          }
        },
        async return() {
          await source.return?.()
          await close()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
