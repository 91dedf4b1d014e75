import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SluiceError } from '../base/errors.ts'
import { choiceOf, pathOf } from './asset-choice.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { RestClient } from './link/rest-client.ts'
import { placeInside } from './place-inside.ts'
import type { AssetVersion, DataFile } from './rest-types.ts'

const group = { group: 'data', plural: 'data', noun: 'data asset' } as const

/** Downloads the files of a version; never over a file that is there, and each whole or not at all. */
export const downloadData: Command = async (invocation) => {
  const { options, workingFolder, terminal } = invocation
  const choice = { version: '@latest', ...choiceOf(invocation, group) }
  const target = resolve(workingFolder, options.text('download-path') ?? '.')
  const done = await withConnection(invocation, 'look', async ({ client }) => {
    const version = await client.get<AssetVersion>(pathOf(group, choice))
    const path = pathOf(group, { name: choice.name, version: version.version })
    const folder = version.content?.kind === 'folder' ? join(target, version.content.base_name) : target
    const { items } = await client.get<{ items: readonly DataFile[] }>(`${path}/files`)
    const files = items.map((file) => ({ ...file, place: placeInside(folder, file.path) }))
    const taken = files.find(({ place }) => existsSync(place))
    if (taken !== undefined)
      throw new SluiceError('already-exists', `${taken.place} is there already; nothing was downloaded.`, {
        hint: 'Give another folder with --download-path.',
      })
    // One after another: the disk is one.
    for (const file of files) await downloadFile(client, `${path}/content?path=${encodeURIComponent(file.path)}`, file)
    return { name: version.name, version: version.version, path: folder, files: files.length }
  })
  if (invocation.json) writeJson(invocation, done)
  else {
    terminal.out(`${done.path}\n`)
    terminal.err(`Downloaded ${done.files} ${done.files === 1 ? 'file' : 'files'} of ${done.name}:${done.version}.\n`)
  }
  return exitCode.ok
}

async function downloadFile(
  client: RestClient,
  path: string,
  { place, digest }: { readonly place: string; readonly digest: string },
): Promise<void> {
  await mkdir(dirname(place), { recursive: true })
  const aside = `${place}.part`
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    await pipeline(await client.stream(path), hashing, createWriteStream(aside))
    if (hash.digest('hex') !== digest)
      throw new SluiceError('server-unreachable', `${place} did not arrive whole; it was not kept.`, {
        hint: 'Try again.',
      })
    await rename(aside, place)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}
