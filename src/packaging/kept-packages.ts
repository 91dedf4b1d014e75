/**
 * Packages that are made once and downloaded whenever somebody wants them, each in a folder of its own:
 *
 *     packages/<id>.part/     being made, or being removed: never looked at, and removed when the store is opened
 *     packages/<id>/package.tar  sbom.cdx.json  about.json
 *
 * A folder gets its name when all that is in it is durable, so whatever dies in between, a package that is listed is whole.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../artifacts/sync-folder.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Outgoing, PackageFormat, PackagingService } from './packaging-service.ts'

/** What there is to say of a package. */
export interface KeptPackage {
  readonly id: string
  readonly model: string
  readonly version: string
  readonly format: PackageFormat
  /** What a download is called. */
  readonly fileName: string
  readonly contentType: string
  readonly sizeBytes: number
  /** SHA-256 of the file, in hex. */
  readonly digest: string
  /** What was left out or changed, in words. */
  readonly notes: readonly string[]
  readonly createdBy: string
  readonly createdMs: number
}

/** A package that somebody wants. */
export type PackageWish = Pick<KeptPackage, 'model' | 'version' | 'format' | 'createdBy'>

interface KeptPackageParts {
  /** `packages` of the data folder. */
  readonly folder: string
  readonly packaging: Pick<PackagingService, 'package'>
  readonly clock: Clock
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const being = '.part'

/** The packages of a store; it has one owner, who opens them. */
export class KeptPackages {
  readonly #parts: KeptPackageParts

  constructor(parts: KeptPackageParts) {
    this.#parts = parts
  }

  /** Removes what was being made or removed when an earlier owner of the store died. */
  async removeLeftovers(): Promise<void> {
    const { folder } = this.#parts
    const names = await readdir(folder).catch(() => [])
    for (const name of names) if (name.endsWith(being)) await rm(join(folder, name), { recursive: true, force: true })
  }

  /** Makes a package of a registered model and keeps it. Throws what packaging throws; then nothing is kept. */
  async make({ model, version, format, createdBy }: PackageWish): Promise<KeptPackage> {
    const { folder, packaging, clock } = this.#parts
    const reference = `azureml:${model}:${version}`
    const id = randomUUID()
    const part = join(folder, id + being)
    await mkdir(part, { recursive: true })
    try {
      const outgoing = await packaging.package({ model: { kind: 'reference', reference }, format })
      const written = await writeDurably(join(part, 'package.tar'), outgoing.bytes)
      await writeDurably(join(part, 'sbom.cdx.json'), [outgoing.billOfMaterials ?? Buffer.from('{}')])
      const { fileName, contentType } = outgoing
      const about: KeptPackage = {
        ...{ id, model, version, format, fileName, contentType, ...written, createdBy },
        notes: notesOf(outgoing),
        createdMs: clock.now(),
      }
      await writeDurably(join(part, 'about.json'), [Buffer.from(JSON.stringify(about))])
      await rename(part, join(folder, id))
      await syncFolder(folder)
      return about
    } catch (error) {
      await rm(part, { recursive: true, force: true })
      throw error
    }
  }

  /** Those of a version, newest first. */
  async list(model: string, version: string): Promise<readonly KeptPackage[]> {
    const names = await readdir(this.#parts.folder).catch(() => [])
    const found: KeptPackage[] = []
    // Sequential: they are few, and small files of one disk.
    for (const name of names.filter((one) => idPattern.test(one))) {
      const about = await this.#about(name).catch(() => undefined)
      if (about?.model === model && about.version === version) found.push(about)
    }
    return found.sort((left, right) => right.createdMs - left.createdMs)
  }

  /** One package with its bytes. Throws `not-found`. */
  async open(id: string): Promise<{ readonly about: KeptPackage; readonly bytes: AsyncIterable<Uint8Array> }> {
    const about = await this.#about(id)
    return { about, bytes: createReadStream(join(this.#parts.folder, id, 'package.tar')) }
  }

  /** What is in it, with licences: CycloneDX. Throws `not-found`. */
  async billOfMaterials(id: string): Promise<Buffer> {
    await this.#about(id)
    return readFile(join(this.#parts.folder, id, 'sbom.cdx.json'))
  }

  /** Throws `not-found`. */
  async remove(id: string): Promise<void> {
    const { folder } = this.#parts
    await this.#about(id)
    await rename(join(folder, id), join(folder, id + being))
    await rm(join(folder, id + being), { recursive: true, force: true })
  }

  async #about(id: string): Promise<KeptPackage> {
    // An id is a part of a path, so it is nothing but one.
    const text = idPattern.test(id)
      ? await readFile(join(this.#parts.folder, id, 'about.json'), 'utf8').catch(() => undefined)
      : undefined
    // Our own writing, in `make`.
    if (text !== undefined) return JSON.parse(text) as KeptPackage
    throw new SluiceError('not-found', `There is no package ${JSON.stringify(id)}.`, {
      hint: 'It may have been removed; make it again on the page of the model.',
    })
  }
}

function notesOf({ summary }: Outgoing): readonly string[] {
  const { notes } = summary
  return Array.isArray(notes) ? notes.map(String) : []
}

async function writeDurably(
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Pick<KeptPackage, 'sizeBytes' | 'digest'>> {
  const file = await open(path, 'wx')
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      sizeBytes += chunk.length
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sizeBytes, digest: hash.digest('hex') }
}
