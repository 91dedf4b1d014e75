import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { tarEnd, tarHeader } from '../base/tar.ts'
import { openCliLab, type CliLab } from './cli-lab.test-support.ts'
import { unpackTar } from './outgoing-model.ts'

/** What the (fake) packaging was asked, which is the content of its package. */
async function asked(lab: CliLab, folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(lab.folder, folder, 'asked.json'), 'utf8')) as Record<string, unknown>
}

test('a package is a new folder, whose check and start are told', async (t) => {
  const lab = await openCliLab(t)
  const { code, out, err } = await lab.sluice('model', 'package', 'diabetes@champion', '-o', 'edge')
  assert.deepEqual([code, out], [0, `${join(lab.folder, 'edge')}\n`])
  assert.match(err, /note: a → note\nPackaged diabetes:1, sha256:d\nCheck it with: \S+edge\/verify sha256:d\n/)
  assert.equal((await stat(join(lab.folder, 'edge/bin/start.sh'))).mode & 0o777, 0o755)
  assert.deepEqual(await asked(lab, 'edge'), { model: { kind: 'reference', reference: 'diabetes@champion' } })
  const again = await lab.sluice('model', 'package', 'diabetes@champion', '-o', 'edge')
  assert.equal(again.code, 5)
  assert.match(again.err, /edge exists and is not an empty folder; nothing was changed/)
})

test('paths are those of the caller, and a script goes with its folder', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('model.pkl', '')
  await lab.file('scoring/score.py', '')
  await lab.file('scoring/inner/other.py', '')
  await lab.file('conda.yaml', 'dependencies: [python=3.11, pip: [numpy==1.26.4]]')
  await lab.file('requirements.txt', '# what it needs\nnumpy==1.26.4\n')
  await lab.file('env.yml', 'name: e\nimage: python:3.11\nconda_file: ./conda.yaml\n')
  const at = (path: string): string => join(lab.folder, path)
  const pack = async (folder: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await lab.sluice('model', 'package', 'model.pkl', '-o', folder, ...args)
    assert.equal(ran.code, 0, ran.err)
    return asked(lab, folder)
  }
  const model = { kind: 'local', path: at('model.pkl') }
  const scoring = { code: at('scoring'), script: 'score.py' }
  assert.deepEqual(await pack('a', '--score', 'scoring/score.py'), { model, scoring })
  assert.deepEqual(await pack('b', '--code', 'scoring'), { model, scoring })
  const inner = await pack('c', '--code', 'scoring', '--score', 'scoring/inner/other.py')
  assert.deepEqual(inner['scoring'], { code: at('scoring'), script: 'inner/other.py' })
  const environmentOf = async (folder: string, file: string) =>
    (await pack(folder, '--environment', file))['environment'] as { spec: { conda: { content: object } } }
  for (const [folder, file] of [
    ['d', 'conda.yaml'],
    ['e', 'env.yml'],
  ] as const) {
    const { content } = (await environmentOf(folder, file)).spec.conda
    assert.deepEqual(content, { dependencies: ['python=3.11', { pip: ['numpy==1.26.4'] }] })
  }
  const { content } = (await environmentOf('f', 'requirements.txt')).spec.conda
  assert.deepEqual(content, { dependencies: ['pip', { pip: ['numpy==1.26.4'] }] })
  const named = (await pack('g', '--environment', 'azureml:sklearn@latest'))['environment'] as { name: string }
  assert.match(named.name, /"name":"sklearn"/)
})

test('a tar and an image are files, written whole or not at all', async (t) => {
  const lab = await openCliLab(t)
  const tar = await lab.sluice('model', 'package', 'diabetes:1', '-o', 'x/edge.tar')
  assert.equal(tar.code, 0, tar.err)
  const listed = execFileSync('tar', ['-tf', join(lab.folder, 'x/edge.tar')], { encoding: 'utf8' })
  assert.deepEqual(listed.trim().split('\n'), ['asked.json', 'bin/', 'bin/start.sh'])
  const image = await lab.sluice('model', 'package', 'diabetes:1', '--format', 'oci', '-o', 'image.tar', '--json')
  const summary = JSON.parse(image.out) as Record<string, unknown>
  assert.deepEqual([summary['image'], summary['path']], ['sha256:i', join(lab.folder, 'image.tar')])
  const layout = await lab.sluice('model', 'package', 'diabetes:1', '--format', 'oci', '-o', 'layout')
  assert.match(layout.err, /podman run -e SCORING_KEY=\.\.\. -p 5001:5001 oci:\S+layout:diabetes:1/)
  assert.equal((await lab.sluice('model', 'package', 'diabetes:1', '-o', 'image.tar')).code, 5)
  for (const args of [
    ['-o', 'broken.tar'],
    ['-o', 'broken'],
  ]) {
    const broken = await lab.sluice('model', 'package', 'broken:1', ...args)
    assert.notEqual(broken.code, 0)
  }
  assert.deepEqual((await readdir(lab.folder)).sort(), ['image.tar', 'layout', 'x'])
})

for (const [args, message] of [
  [['m', '--format', 'zip'], /no format "zip"\.\nhint: There is: folder, tar, oci/],
  [['m', '--base', 'b.tar'], /--base is the image below an image\.\nhint: Add --format oci/],
  [['m', '--score', 'nowhere.py'], /no scoring script \S+nowhere\.py/],
  [['m', '--environment', 'nowhere.txt'], /There is no file \S+nowhere\.txt/],
] as const) {
  test(`model package ${args.join(' ')} is refused with what to do`, async (t) => {
    const { code, err } = await (await openCliLab(t)).sluice('model', 'package', ...args)
    assert.notEqual(code, 0)
    assert.match(err, message)
  })
}

test('an export says what goes in and how close it is', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('request.json', '{"input_data": [[1, 2]]}')
  const { code, out, err } = await lab.sluice('model', 'export', 'diabetes:1', '--example', 'request.json')
  assert.deepEqual([code, out], [0, `${join(lab.folder, 'diabetes.onnx')}\n`])
  assert.match(err, /^inputs: +input: tensor\(double\) \[\?, 2\]$/m)
  assert.match(err, /^largest difference: +0\.5 on 1 row of the example$/m)
  const sent = JSON.parse(await readFile(join(lab.folder, 'diabetes.onnx'), 'utf8')) as Record<string, unknown>
  assert.deepEqual(sent, {
    model: { kind: 'reference', reference: 'diabetes:1' },
    example: '{"input_data":[[1,2]]}',
  })
  assert.equal((await lab.sluice('model', 'export', 'diabetes:1')).code, 5)
  const json = await lab.sluice('model', 'export', './request.json', '-o', 'other.onnx', '--json')
  assert.equal((JSON.parse(json.out) as { max_difference: number }).max_difference, 0.5)
  assert.match((await lab.sluice('model', 'export', 'd', '--format', 'pmml')).err, /no format "pmml"/)
  await lab.file('broken.json', '{')
  assert.match((await lab.sluice('model', 'export', 'd', '--example', 'broken.json')).err, /broken\.json is not JSON/)
  assert.match((await lab.sluice('model', 'export', 'd', '--example', 'none.json')).err, /no file none\.json/)
})

test('nothing that a server sends leads out of the folder, or is a link', async (t) => {
  const lab = await openCliLab(t)
  for (const entry of [
    { path: '../outside', kind: 'file', sizeBytes: 0, mode: 0o644 },
    { path: '/outside', kind: 'file', sizeBytes: 0, mode: 0o644 },
    { path: 'link', kind: 'symlink', sizeBytes: 0, mode: 0o777, target: '/etc' },
  ] as const) {
    const archive = (async function* () {
      yield tarHeader(entry)
      yield tarEnd
    })()
    await assert.rejects(unpackTar(archive, join(lab.folder, 'inside')), { code: 'invalid-path' })
  }
  assert.deepEqual(await readdir(join(lab.folder, 'inside')), [])
})
