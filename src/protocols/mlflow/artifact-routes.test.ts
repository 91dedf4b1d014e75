import assert from 'node:assert/strict'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { mlflowLab, type MlflowLab } from './mlflow.test-support.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'

async function newRun(lab: MlflowLab, more: object = {}): Promise<string> {
  const { run } = (await lab.ok('POST', '/runs/create', more)) as { run: { info: { run_id: string } } }
  return run.info.run_id
}

async function put(lab: MlflowLab, path: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await fetch(`${lab.url}${proxy}/${path}`, { method: 'PUT', body })
  assert.equal(`${response.status} ${await response.text()}`, '200 ')
}

test('what is put comes back as a download, whole and in ranges', async (t) => {
  const lab = await mlflowLab(t)
  await put(lab, '0/r/artifacts/a%20b.txt', 'hello world')
  const url = `${lab.url}${proxy}/0/r/artifacts/a%20b.txt`
  const whole = await fetch(url)
  assert.equal(await whole.text(), 'hello world')
  const header = (name: string) => whole.headers.get(name)
  assert.deepEqual(
    ['content-type', 'content-disposition', 'x-content-type-options', 'accept-ranges', 'content-length'].map(header),
    ['text/plain; charset=utf-8', 'attachment; filename="a b.txt"', 'nosniff', 'bytes', '11'],
  )
  const head = await fetch(url, { method: 'HEAD' })
  assert.deepEqual(
    [head.headers.get('content-length'), head.headers.get('etag'), await head.text()],
    ['11', header('etag'), ''],
  )
  const range = async (headers: Record<string, string>, method = 'GET') => {
    const response = await fetch(url, { headers, method })
    const { status } = response
    return [status, response.headers.get('content-range'), await response.text()]
  }
  assert.deepEqual(await range({ range: 'bytes=6-' }), [206, 'bytes 6-10/11', 'world'])
  assert.deepEqual(await range({ range: 'bytes=0-4' }), [206, 'bytes 0-4/11', 'hello'])
  assert.deepEqual(await range({ range: 'bytes=-3' }), [206, 'bytes 8-10/11', 'rld'])
  assert.deepEqual(await range({ range: 'bytes=-99' }), [206, 'bytes 0-10/11', 'hello world'])
  assert.deepEqual(await range({ range: 'bytes=4-999' }), [206, 'bytes 4-10/11', 'o world'])
  assert.deepEqual(await range({ range: 'bytes=11-' }), [416, 'bytes */11', ''])
  assert.deepEqual(await range({ range: 'bytes=-0' }), [416, 'bytes */11', ''])
  for (const ignored of ['bytes=5-1', 'bytes=-', 'bytes=0-1,3-4', 'lines=1-2']) {
    assert.deepEqual(await range({ range: ignored }), [200, null, 'hello world'], ignored)
  }
  const etag = header('etag')!
  assert.deepEqual(await range({ 'if-none-match': `"x", ${etag}` }), [304, null, ''])
  assert.deepEqual(await range({ range: 'bytes=0-1', 'if-range': etag }), [206, 'bytes 0-1/11', 'he'])
  assert.deepEqual(await range({ range: 'bytes=0-1', 'if-range': '"other"' }), [200, null, 'hello world'])
  assert.deepEqual(await range({}, 'HEAD'), [200, null, ''])
})

test('a file of HTML is text, an odd name is kept, an empty file is empty', async (t) => {
  const lab = await mlflowLab(t)
  await put(lab, '0/page.html', '<script>alert(1)</script>')
  await put(lab, '0/%E6%97%A5%25%22.bin', 'x')
  await put(lab, '0/empty', '')
  const page = await fetch(`${lab.url}${proxy}/0/page.html`)
  assert.equal(page.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.equal(page.headers.get('content-disposition'), 'attachment; filename=page.html')
  assert.match(page.headers.get('content-security-policy')!, /^sandbox/)
  const odd = await fetch(`${lab.url}${proxy}/0/%E6%97%A5%25%22.bin`)
  assert.equal(
    odd.headers.get('content-disposition'),
    `attachment; filename=__.bin; filename*=UTF-8''%E6%97%A5%25%22.bin`,
  )
  const empty = await fetch(`${lab.url}${proxy}/0/empty`)
  assert.deepEqual([empty.status, await empty.text()], [200, ''])
})

test('a body that was announced but broke off leaves nothing behind', async (t) => {
  const lab = await mlflowLab(t)
  const { hostname, port } = new URL(lab.url)
  await new Promise<void>((resolve) => {
    const half = request({ hostname, port, method: 'PUT', path: `${proxy}/0/half`, headers: { 'content-length': 100 } })
    half.on('error', () => resolve())
    half.write('x'.repeat(50), () => half.destroy())
  })
  assert.equal((await fetch(`${lab.url}${proxy}/0/half`)).status, 404)
  await put(lab, '0/half', 'whole')
  assert.equal(await (await fetch(`${lab.url}${proxy}/0/half`)).text(), 'whole')
})

test('folders are listed by run, by model and by path; a file or nothing there lists as empty', async (t) => {
  const lab = await mlflowLab(t)
  const run_id = await newRun(lab)
  await put(lab, `0/${run_id}/artifacts/model/MLmodel`, 'abc')
  await put(lab, `0/${run_id}/artifacts/z.txt`, '1')
  const list = (path: string) => lab.ok('GET', `/artifacts/list?run_id=${run_id}${path}`)
  const root_uri = `mlflow-artifacts:/0/${run_id}/artifacts`
  const top = [
    { path: 'model', is_dir: true },
    { path: 'z.txt', is_dir: false, file_size: 1 },
  ]
  assert.deepEqual(await list(''), { root_uri, files: top })
  assert.deepEqual(await list('&path='), { root_uri, files: top })
  const inner = { root_uri, files: [{ path: 'model/MLmodel', is_dir: false, file_size: 3 }] }
  assert.deepEqual(await list('&path=model'), inner)
  assert.deepEqual(await list('&path=model/'), inner)
  for (const path of ['z.txt', 'none', 'none/deeper']) assert.deepEqual(await list(`&path=${path}`), { root_uri })
  const direct = await lab.call('GET', `${proxy}?path=0/${run_id}/artifacts/model`)
  assert.deepEqual(direct.body, { files: [{ path: 'MLmodel', is_dir: false, file_size: 3 }] })
  assert.deepEqual((await lab.call('GET', proxy)).body, { files: [{ path: '0', is_dir: true }] })
  const { model } = (await lab.ok('POST', '/logged-models', { experiment_id: '0' })) as {
    model: { info: { model_id: string } }
  }
  const { model_id } = model.info
  await put(lab, `0/models/${model_id}/artifacts/MLmodel`, 'model')
  const listed = await lab.ok('GET', `/logged-models/${model_id}/artifacts/directories`)
  assert.deepEqual((listed as { files: unknown }).files, [{ path: 'MLmodel', is_dir: false, file_size: 5 }])
  const files = `/ajax-api/2.0/mlflow/logged-models/${model_id}/artifacts/files?artifact_file_path=MLmodel`
  assert.equal(await (await fetch(lab.url + files)).text(), 'model')
})

test('deleting takes a file or a whole folder, and nothing is fine', async (t) => {
  const lab = await mlflowLab(t)
  for (const path of ['0/a/1', '0/a/b/2', '0/ab']) await put(lab, path, 'x')
  for (const path of ['0/a', '0/none'])
    assert.deepEqual(await lab.call('DELETE', `${proxy}/${path}`), { status: 200, body: {} })
  const { body } = await lab.call('GET', `${proxy}?path=0`)
  assert.deepEqual(body, { files: [{ path: 'ab', is_dir: false, file_size: 1 }] })
})

test('no spelling of a path leaves the artifacts', async (t) => {
  const lab = await mlflowLab(t)
  const run_id = await newRun(lab)
  await put(lab, `0/${run_id}/artifacts/ok`, 'x')
  const { hostname, port } = new URL(lab.url)
  const status = (method: string, path: string) =>
    new Promise<string>((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(`${response.statusCode} ${text}`))
      })
      outgoing.on('error', reject).end(method === 'PUT' ? 'x' : undefined)
    })
  const bad = [
    '../x',
    '0/../../x',
    '0/..',
    '%2e%2e/x',
    '%2e%2e%2fx',
    '0/%252e%252e/x',
    '0/%252fx',
    '..%5cx',
    '0\\..\\x',
    '%2fetc/passwd',
    '/etc/passwd',
    '0//x',
    '0/%00',
    '0/a%0ab',
    'C:/x',
    'file:/x',
    '0/x.',
    '0/%ef%bc%8e%ef%bc%8e/x',
    '0/%',
    '0/%ff',
    `0/${'x'.repeat(300)}`,
  ]
  for (const path of bad) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      assert.match(await status(method, `${proxy}/${path}`), /^400 /, `${method} ${path}`)
    }
  }
  for (const path of ['../x', '%2e%2e/%2e%2e', '%252e%252e', '/etc', 'a%5c..%5cb', '//']) {
    for (const url of [`${proxy}?path=${path}`, `/api/2.0/mlflow/artifacts/list?run_id=${run_id}&path=${path}`]) {
      assert.match(await status('GET', url), /^400 .*INVALID_PARAMETER_VALUE.*Invalid path/, url)
    }
    assert.match(await status('GET', `/get-artifact?run_id=${run_id}&path=${path}`), /^400 .*Invalid path/, path)
  }
  assert.equal((await lab.call('GET', `${proxy}?path=0`)).status, 200)
})

test('pages download by run and upload at most 10 MiB', async (t) => {
  const lab = await mlflowLab(t)
  const run_id = await newRun(lab)
  const upload = async (query: string, body: string | Uint8Array<ArrayBuffer>) => {
    const response = await fetch(`${lab.url}/ajax-api/2.0/mlflow/upload-artifact?${query}`, { method: 'POST', body })
    return `${response.status} ${await response.text()}`
  }
  assert.equal(await upload(`run_uuid=${run_id}&path=notes/n.md`, '# hi'), '200 {}')
  assert.equal(await (await fetch(`${lab.url}/get-artifact?run_uuid=${run_id}&path=notes/n.md`)).text(), '# hi')
  assert.match(await upload(`run_uuid=${run_id}`, 'x'), /^400 .*Request must specify path\./)
  assert.match(await upload('path=x', 'x'), /^400 .*Request must specify run_uuid\./)
  assert.match(await upload(`run_uuid=${run_id}&path=x`, ''), /^400 .*Request must specify data/)
  assert.match(
    await upload(`run_uuid=${run_id}&path=x`, new Uint8Array(10 * 1024 * 1024 + 1)),
    /^400 .*Artifact size is too large\. Max size is 10MB\./,
  )
  assert.match(await upload('run_uuid=none&path=x', 'x'), /^404 /)
  const listed = async (path: string) => lab.ok('GET', `/artifacts/list?run_id=${run_id}&path=${path}`)
  assert.deepEqual((await listed('.'))['files'], [{ path: './notes', is_dir: true }])
  assert.deepEqual((await listed('./notes'))['files'], [{ path: './notes/n.md', is_dir: false, file_size: 4 }])
  assert.equal(await (await fetch(`${lab.url}/get-artifact?run_uuid=${run_id}&path=./notes/./n.md`)).text(), '# hi')
  const refused = {
    error_code: 'INVALID_PARAMETER_VALUE',
    message: 'Invalid path',
    sqlstate: 'KAM00',
    error_class: 'INVALID_PARAMETER_VALUE',
  }
  for (const path of ['../x', 'a/../../x', '/etc/passwd', 'C:/x', '..%2Fx', '%252e%252e/x', 'file:///etc']) {
    const asked = `path=${encodeURIComponent(path)}`
    assert.equal(await upload(`run_uuid=${run_id}&${asked}`, 'x'), `400 ${JSON.stringify(refused)}`, path)
    const downloads = [
      `/get-artifact?run_id=${run_id}&${asked}`,
      `/api/2.0/mlflow/artifacts/list?run_id=${run_id}&${asked}`,
    ]
    for (const url of downloads) assert.deepEqual(await lab.call('GET', url), { status: 400, body: refused }, url)
  }
  const missing = await lab.call('GET', `/get-artifact?run_id=${run_id}&path=none`)
  assert.deepEqual(missing.status, 404)
})

test('artifacts that lie elsewhere are not ours to list, and bytes come as they are', async (t) => {
  const lab = await mlflowLab(t)
  await lab.ok('POST', '/experiments/create', { name: 's3', artifact_location: 's3://bucket' })
  const run_id = await newRun(lab, { experiment_id: '1' })
  const { status, body } = await lab.call('GET', `/api/2.0/mlflow/artifacts/list?run_id=${run_id}`)
  assert.deepEqual([status, (body as { error_code: string }).error_code], [501, 'NOT_IMPLEMENTED'])
  const gzip = await fetch(`${lab.url}${proxy}/0/x`, {
    method: 'PUT',
    body: 'x',
    headers: { 'content-encoding': 'gzip' },
  })
  assert.equal(gzip.status, 400)
})

test('bytes pass through as they come, both ways: nothing waits for the end', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<string>()
  const artifact = { path: '0/big', digest: '0'.repeat(64) as never, sizeBytes: 11, createdMs: 0 }
  const { promise: received, resolve: receive } = Promise.withResolvers<void>()
  const lab = await mlflowLab(t, {
    write: async (_path, stream) => {
      for await (const chunk of stream) arrive(String(chunk))
      return artifact
    },
    find: async () => artifact,
    read: () =>
      Readable.from(
        (async function* () {
          yield 'first '
          await received
          yield 'later'
        })(),
      ),
  })
  const body = ReadableStream.from(
    (async function* () {
      yield Buffer.from('sent')
      assert.equal(await arrived, 'sent')
      yield Buffer.from('more')
    })(),
  )
  const put = await fetch(`${lab.url}${proxy}/0/big`, { method: 'PUT', body, duplex: 'half' } as RequestInit)
  assert.equal(put.status, 200)
  let text = ''
  for await (const part of (await fetch(`${lab.url}${proxy}/0/big`)).body!) {
    text += Buffer.from(part).toString()
    receive()
  }
  assert.equal(text, 'first later')
})
