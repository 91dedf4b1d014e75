import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { readTar, tarEnd, tarHeader, tarPadding } from '../../base/tar.ts'
import type { Digest } from '../../base/ids.ts'
import type { ModelPackage } from '../model-package.ts'
import { textFile } from '../package-file.ts'
import { run, temporaryFolder } from '../packaging.test-support.ts'
import { openBaseImage, type BaseImage } from './base-image.ts'
import { modelImage } from './image-layout.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A package with one installed module, for Python 3.11 on linux-x86_64. */
async function modelOf(t: TestContext): Promise<ModelPackage> {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'thing/__pycache__'), { recursive: true })
  await writeFile(join(folder, 'thing/__init__.py'), 'x = 1\n')
  await writeFile(join(folder, 'thing/__pycache__/old.pyc'), 'time')
  await symlink('__init__.py', join(folder, 'thing/same.py'))
  await writeFile(join(folder, '_virtualenv.pth'), 'import _virtualenv')
  return {
    name: 'Diabetes_Risk',
    version: '3',
    digest: `sha256:${'d'.repeat(64)}`,
    notes: [],
    files: [textFile('model.json', '{}'), textFile('start.sh', '#!/bin/sh\n', { isExecutable: true })],
    lock: {
      digest: 'e'.repeat(64) as Digest,
      python: '3.11',
      platform: 'linux-x86_64',
      requirements: 'thing==1\n',
      notes: [],
    },
    installation: { folder, python: '3.11', packages: [] },
    close: () => Promise.resolve(),
  }
}

function tarOf(files: Readonly<Record<string, string | { readonly link: string }>>): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => {
    if (typeof content !== 'string')
      return [tarHeader({ path, kind: 'symlink', sizeBytes: 0, mode: 0o777, target: content.link })]
    const bytes = Buffer.from(content)
    return [tarHeader({ path, kind: 'file', sizeBytes: bytes.length, mode: 0o755 }), bytes, tarPadding(bytes.length)]
  })
  return Buffer.concat([...parts, tarEnd])
}

const pythonLayer = tarOf({ 'usr/bin/python3.11': 'elf', 'usr/local/bin/python3.11': 'elf', 'etc/os-release': 'Test' })
const secondLayer = tarOf({ 'etc/.wh.os-release': '', 'etc/hosts': '' })

function configOf(layers: readonly Buffer[], changes: object = {}): object {
  return {
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/usr/bin', 'PYTHONPATH=/elsewhere'], Cmd: ['python3'], Labels: { base: 'yes' } },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    ...changes,
  }
}

/** An OCI image layout of these layers, compressed as a registry would have them. */
async function ociLayout(t: TestContext, changes: object = {}): Promise<string> {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true })
  const put = async (mediaType: string, bytes: Buffer): Promise<object> => {
    await writeFile(join(folder, 'blobs/sha256', sha256(bytes)), bytes)
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length }
  }
  const putJson = (mediaType: string, value: object) => put(mediaType, Buffer.from(JSON.stringify(value)))
  const manifest = await putJson('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    config: await putJson('application/vnd.oci.image.config.v1+json', configOf([pythonLayer, secondLayer], changes)),
    layers: [
      await put('application/vnd.docker.image.rootfs.diff.tar.gzip', gzipSync(pythonLayer)),
      await put('application/vnd.oci.image.layer.v1.tar+zstd', zstdCompressSync(secondLayer)),
    ],
  })
  const platform = { architecture: 'amd64', os: 'linux' }
  const other = { ...manifest, digest: `sha256:${'0'.repeat(64)}`, platform: { ...platform, architecture: 'arm64' } }
  // As docker save writes it: an index that names an index.
  const index = await putJson('application/vnd.oci.image.index.v1+json', {
    schemaVersion: 2,
    manifests: [other, { ...manifest, platform }],
  })
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }))
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  return folder
}

/** What `docker save` wrote for years: the second layer is there twice, once as a link. */
async function dockerArchive(t: TestContext): Promise<string> {
  const layers = [pythonLayer, secondLayer, secondLayer]
  const file = join(await temporaryFolder(t), 'base.tar.gz')
  const archive = tarOf({
    'one/layer.tar': pythonLayer.toString('latin1'),
    'two/layer.tar': secondLayer.toString('latin1'),
    'three/layer.tar': { link: '../two/layer.tar' },
    'config.json': JSON.stringify(configOf(layers)),
    'manifest.json': JSON.stringify([
      { Config: 'config.json', Layers: ['one/layer.tar', 'two/layer.tar', 'three/layer.tar'] },
    ]),
  })
  await writeFile(file, gzipSync(archive))
  return file
}

const baseOf = async (t: TestContext, path: string): Promise<BaseImage> =>
  openBaseImage({ path, scratch: await temporaryFolder(t), architecture: 'amd64' })

interface Layout {
  readonly blobs: ReadonlyMap<string, Buffer>
  readonly index: { manifests: { digest: string; annotations: Record<string, string> }[] }
}

async function layoutOf(bytes: AsyncIterable<Uint8Array>): Promise<Layout> {
  const files = new Map<string, Buffer>()
  for await (const { path, kind, content } of readTar(bytes))
    if (kind === 'file') files.set(path, await buffer(content))
  assert.deepEqual(JSON.parse(files.get('oci-layout')!.toString()), { imageLayoutVersion: '1.0.0' })
  const blobs = new Map([...files].filter(([path]) => path.startsWith('blobs/sha256/')))
  for (const [path, content] of blobs) assert.equal(sha256(content), path.split('/').at(-1))
  return { blobs, index: JSON.parse(files.get('index.json')!.toString()) as Layout['index'] }
}

interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string; readonly mediaType: string; readonly size: number }[]
}

interface Config {
  readonly config: Readonly<Record<string, unknown>>
  readonly rootfs: { readonly diff_ids: readonly string[] }
  readonly history: readonly unknown[]
}

async function read<Value>({ blobs }: Layout, digest: string): Promise<Value> {
  return JSON.parse(blobs.get(digest.replace('sha256:', 'blobs/sha256/'))!.toString()) as Value
}

async function pathsIn(layer: Buffer): Promise<readonly string[]> {
  const paths: string[] = []
  for await (const { path } of readTar(Readable.from([layer]))) paths.push(path)
  return paths
}

test('an image is the base as it is, the environment and the model, each named by its digest', async (t) => {
  const image = await modelImage(await modelOf(t), await baseOf(t, await ociLayout(t)))
  const layout = await layoutOf(image.write())
  const [entry] = layout.index.manifests
  assert.equal(entry!.digest, image.digest)
  assert.equal(entry!.annotations['org.opencontainers.image.ref.name'], 'diabetes-risk:3')
  const manifest = await read<Manifest>(layout, image.digest)
  const config = await read<Config>(layout, manifest.config.digest)
  assert.deepEqual(
    manifest.layers.map(({ mediaType }) => mediaType.split('.layer.v1.')[1]),
    ['tar+gzip', 'tar+zstd', 'tar', 'tar'],
  )
  assert.deepEqual(config.rootfs.diff_ids, [
    ...[pythonLayer, secondLayer].map((layer) => `sha256:${sha256(layer)}`),
    ...manifest.layers.slice(2).map(({ digest }) => digest),
  ])
  assert.equal(config.history.length, 4)
  assert.deepEqual(config.config['Labels'], {
    base: 'yes',
    'org.opencontainers.image.title': 'Diabetes_Risk',
    'org.opencontainers.image.version': '3',
    'dev.sluiceworks.package.digest': `sha256:${'d'.repeat(64)}`,
  })
  assert.deepEqual((config.config['Entrypoint'] as string[])[0], '/usr/local/bin/python3.11')
  assert.equal(config.config['Cmd'], undefined)
  assert.deepEqual((config.config['Env'] as string[]).slice(0, 2), [
    'PATH=/usr/bin',
    'PYTHONPATH=/opt/sluiceworks/packages:/opt/sluiceworks/model/server',
  ])
  const contents = manifest.layers.map(({ digest }) => layout.blobs.get(digest.replace('sha256:', 'blobs/sha256/'))!)
  manifest.layers.forEach(({ size }, at) => assert.equal(size, contents[at]!.length))
  assert.deepEqual(await pathsIn(contents[2]!), [
    ...['opt', 'opt/sluiceworks', 'opt/sluiceworks/packages', 'opt/sluiceworks/packages/thing'],
    'opt/sluiceworks/packages/thing/__init__.py',
    'opt/sluiceworks/packages/thing/same.py',
  ])
  assert.deepEqual((await pathsIn(contents[3]!)).slice(3), [
    'opt/sluiceworks/model/model.json',
    'opt/sluiceworks/model/start.sh',
  ])
})

test('the same image has the same digest, whichever form its base has', async (t) => {
  const model = await modelOf(t)
  const layout = await ociLayout(t)
  const one = await modelImage(model, await baseOf(t, layout))
  const tar = join(await temporaryFolder(t), 'layout.tar')
  execFileSync('tar', ['-C', layout, '-cf', tar, '.'])
  const other = await modelImage({ ...(await modelOf(t)) }, await baseOf(t, tar))
  assert.equal(other.digest, one.digest)
  assert.deepEqual(await buffer(other.write()), await buffer(one.write()))
})

test('an archive of docker save is a base, its links followed', async (t) => {
  const base = await baseOf(t, await dockerArchive(t))
  assert.deepEqual(
    base.layers.map(({ digest }) => digest),
    [pythonLayer, secondLayer, secondLayer].map((layer) => `sha256:${sha256(layer)}`),
  )
  const layout = await layoutOf((await modelImage(await modelOf(t), base)).write())
  assert.equal(layout.blobs.size, 6)
})

test('without a base it says that it has no Python', async (t) => {
  const image = await modelImage(await modelOf(t), undefined)
  assert.match(image.notes.join(), /no base: .* no Python/)
  const layout = await layoutOf(image.write())
  const config = await read<Config>(layout, (await read<Manifest>(layout, image.digest)).config.digest)
  assert.equal((config.config['Entrypoint'] as string[])[0], 'python3')
})

for (const [what, changes, message] of [
  ['of another machine', { architecture: 'arm64' }, /is for linux\/arm64; .* for linux\/amd64/],
  ['whose config is that of other layers', { rootfs: { diff_ids: [] } }, /2 layers, and its config speaks of 0/],
  [
    'whose layers were exchanged',
    { rootfs: { diff_ids: [`sha256:${sha256(secondLayer)}`, `sha256:${sha256(pythonLayer)}`] } },
    /is not what its config says/,
  ],
] as const) {
  test(`a base ${what} is refused`, async (t) => {
    const use = async () => modelImage(await modelOf(t), await baseOf(t, await ociLayout(t, changes)))
    await assert.rejects(use(), { code: 'invalid-request', message })
  })
}

test('a base with another Python or another C library is refused', async (t) => {
  const model = await modelOf(t)
  const base = await baseOf(t, await ociLayout(t))
  const lock = { ...model.lock, python: '3.12' }
  await assert.rejects(modelImage({ ...model, lock }, base), { message: /has Python 3\.11; .* for Python 3\.12/ })
  const musl = { ...model.lock, platform: 'linux-x86_64-musl' }
  await assert.rejects(modelImage({ ...model, lock: musl }, base), { message: /for musl/ })
})

test('damage to a base, and what is no base, is refused with what is wrong', async (t) => {
  const refused = (path: string, message: RegExp, code = 'invalid-request') =>
    assert.rejects(baseOf(t, path), { code, message })
  const folder = await ociLayout(t)
  const layout = async (change: (copy: string, layer: string) => Promise<unknown>): Promise<string> => {
    const copy = await temporaryFolder(t)
    await cp(folder, copy, { recursive: true })
    await change(copy, join(copy, 'blobs/sha256', sha256(gzipSync(pythonLayer))))
    return copy
  }
  await refused(await layout((_copy, layer) => appendFile(layer, 'x')), /the bytes of the blob sha256:\w+ are others/)
  await refused(await layout((_copy, layer) => rm(layer)), /it lacks the blob/)
  const index = (manifests: unknown) =>
    layout((copy) => writeFile(join(copy, 'index.json'), JSON.stringify({ manifests })))
  await refused(await index([]), /no image for linux\/amd64/)
  await refused(await index([{ digest: 'md5:1' }]), /"md5:1" is no sha256 digest/)
  await refused(await temporaryFolder(t), /neither index\.json .* nor manifest\.json/)
  await refused('/nowhere/base.tar', /is not there/, 'input-not-found')
  const escaping = join(await temporaryFolder(t), 'base.tar')
  await writeFile(escaping, tarOf({ '../outside': 'x' }))
  await refused(escaping, /names a file outside itself/)
  await writeFile(escaping, tarOf({ 'manifest.json': '[]' }))
  await refused(escaping, /holds 0 images/)
  await writeFile(escaping, tarOf({ 'manifest.json': { link: 'manifest.json' } }))
  await refused(escaping, /leads nowhere/)
})

test('skopeo, where it is installed, reads the image and finds every digest right', async (t) => {
  const image = await modelImage(await modelOf(t), await baseOf(t, await ociLayout(t)))
  const folder = await temporaryFolder(t)
  const archive = join(folder, 'image.tar')
  await writeFile(archive, await buffer(image.write()))
  const inspected = await run('skopeo', ['inspect', `oci-archive:${archive}`]).catch(() => ({ code: 127, text: '' }))
  if (inspected.code === 127 || Number.isNaN(inspected.code)) return t.skip('skopeo is not installed')
  assert.equal(inspected.code, 0, inspected.text)
  assert.equal((JSON.parse(inspected.text) as { Digest: string }).Digest, image.digest)
  // It unpacks every layer and compares it with its diff_id.
  const copied = await run('skopeo', ['copy', `oci-archive:${archive}`, `dir:${join(folder, 'copy')}`])
  assert.equal(copied.code, 0, copied.text)
  assert.ok((await readFile(join(folder, 'copy/manifest.json'))).length > 0)
})
