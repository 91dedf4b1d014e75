import type { Content, ContentStore, TreeEntry } from '../artifacts/content-store.ts'
import type { NamedContent } from '../assets/asset.ts'
import { SluiceError } from '../base/errors.ts'
import type { Datastore } from './datastore.ts'

/** A path of a datastore. */
export interface DatastorePlace {
  readonly store: Datastore
  /** The datastore's name, for messages. */
  readonly name: string
  readonly path: string
}

/**
 * What lies at a path of a datastore, as content: unchanged files of a local one cost a stat each. `store: false` only
 * computes digests where that is possible without reading over the network. Throws `input-not-found`.
 */
export async function readFromDatastore(
  content: ContentStore,
  { store, name, path }: DatastorePlace,
  options: { readonly store: boolean },
): Promise<NamedContent> {
  const files = await store.list(path)
  if (files.length === 0) {
    throw new SluiceError('input-not-found', `The datastore ${name} has nothing at ${JSON.stringify(path)}.`, {
      hint: `Its folder is shown by: sluice datastore show --name ${name}`,
    })
  }
  const baseName = path === '' ? name : path.slice(path.lastIndexOf('/') + 1)
  if (store.localPath !== undefined) {
    const place = await store.localPath(path)
    return { content: await (options.store ? content.ingest(place) : content.digest(place)), baseName }
  }
  if (files.length === 1 && files[0]!.path === path)
    return { content: await content.write(await store.read(path)), baseName }
  const entries: TreeEntry[] = []
  // Sequential: a stream each, constant memory.
  for (const file of files) {
    const { digest, sizeBytes } = await content.write(await store.read(file.path))
    const inside = path === '' ? file.path : file.path.slice(path.length + 1)
    entries.push({ path: inside, kind: 'file', executable: false, sizeBytes, digest })
  }
  return { content: await content.writeTree(entries), baseName }
}

/**
 * Puts content at a path of a datastore: a file at the path itself (below it, under `baseName`, when the path ends in
 * a slash), a folder's files below it. Files that are there already are replaced, others stay, as Azure ML does. Doing
 * it twice gives the same, so a crash in between costs nothing.
 */
export async function writeToDatastore(
  content: Pick<ContentStore, 'read' | 'tree'>,
  { store, path }: DatastorePlace,
  {
    content: { kind, digest },
    baseName,
  }: { readonly content: Pick<Content, 'kind' | 'digest'>; readonly baseName: string },
): Promise<void> {
  const folder = path.replace(/\/+$/, '')
  if (kind === 'file') {
    const target = folder === '' || path.endsWith('/') ? [folder, baseName].filter(Boolean).join('/') : folder
    return store.write(target, content.read(digest))
  }
  for (const entry of await content.tree(digest)) {
    if (entry.kind === 'file')
      await store.write(folder === '' ? entry.path : `${folder}/${entry.path}`, content.read(entry.digest))
  }
}
