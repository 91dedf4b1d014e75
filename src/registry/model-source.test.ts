import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leastProcessorTime } from '../../test/processor-time.ts'
import { SluiceError } from '../base/errors.ts'
import { fullyDecoded, isWithin } from './artifact-uri.ts'
import type { ModelOrigins } from './model-origins.ts'
import { checkSource, type SourceClaim } from './model-source.ts'
import { logged, loggedUri, otherRun, run, runUri } from './registry.test-support.ts'

const roots: Readonly<Record<string, string>> = {
  [run]: runUri,
  [otherRun]: `mlflow-artifacts:/7/${otherRun}/artifacts`,
  'local-run': 'file:///srv/mlruns/7/local-run/artifacts',
  'bare-run': '/srv/mlruns/7/bare-run/artifacts',
  'hdfs-run': 'hdfs://namenode:9000/7/hdfs-run/artifacts',
}
const origins: ModelOrigins = {
  runArtifactUri: (id) => Promise.resolve(roots[id]),
  loggedModel: (id) => Promise.resolve(id === logged ? { id, artifactUri: loggedUri, sourceRunId: run } : undefined),
  loggedModelOfRun: () => Promise.resolve(undefined),
  noteRegistration: () => Promise.resolve(),
}

async function refusal(claim: SourceClaim): Promise<string | undefined> {
  try {
    await checkSource(claim, origins)
    return undefined
  } catch (error) {
    assert.ok(error instanceof SluiceError && error.code === 'invalid-request', String(error))
    return error.message
  }
}

test('a source of the run or logged model that is named is taken', async () => {
  const taken: SourceClaim[] = [
    { source: `${runUri}/model`, runId: run },
    { source: runUri, runId: run },
    { source: `${runUri}/`, runId: run },
    { source: `${runUri}/my%20model`, runId: run },
    { source: `runs:/${run}/model`, runId: run },
    { source: `runs:/${run}`, runId: run },
    { source: `models:/${logged}`, loggedModelId: logged },
    { source: `${loggedUri}/sub`, loggedModelId: logged },
    { source: 'models:/registered/1' },
    { source: 'hdfs://namenode:9000/7/hdfs-run/artifacts/model', runId: 'hdfs-run' },
  ]
  for (const claim of taken) assert.equal(await refusal(claim), undefined, claim.source)
})

test('a source of a run or logged model that is not named, or is another, is refused', async () => {
  const refused: [SourceClaim, 'run_id' | 'model_id'][] = [
    [{ source: `${runUri}/model` }, 'run_id'],
    [{ source: `${runUri}/model`, runId: '' }, 'run_id'],
    [{ source: `${runUri}/model`, runId: otherRun }, 'run_id'],
    [{ source: `${runUri}/model`, runId: 'unknown' }, 'run_id'],
    [{ source: `${runUri}x`, runId: run }, 'run_id'],
    [{ source: `${runUri}/model`, runId: run, loggedModelId: logged }, 'model_id'],
    [{ source: `${runUri}/model`, loggedModelId: 'm-unknown' }, 'model_id'],
    [{ source: 'mlflow-artifacts:/7', runId: run }, 'run_id'],
    [{ source: `runs:/${run}/model` }, 'run_id'],
    [{ source: `runs:/${run}/model`, runId: otherRun }, 'run_id'],
    [{ source: `runs://host/${run}/model`, runId: run }, 'run_id'],
    [{ source: `runs:/${run}/model`, loggedModelId: logged }, 'model_id'],
    [{ source: `models:/${logged}` }, 'model_id'],
    [{ source: `models:/${logged}`, runId: run }, 'model_id'],
    [{ source: `models://host/${logged}`, loggedModelId: logged }, 'model_id'],
  ]
  for (const [claim, owner] of refused) {
    const expected = `Invalid model version source: '${claim.source}'. The ${owner} request parameter must identify the resource that contains the source.`
    assert.equal(await refusal(claim), expected)
  }
})

test('a local path is taken only inside the local artifact folder of its run', async () => {
  const inside = '/srv/mlruns/7/local-run/artifacts'
  for (const source of [`${inside}/model`, `file://${inside}`, `file:${inside}/a%20b`, `file://localhost${inside}/x`])
    assert.equal(await refusal({ source, runId: 'local-run' }), undefined, source)
  assert.equal(await refusal({ source: '/srv/mlruns/7/bare-run/artifacts/m', runId: 'bare-run' }), undefined)
  const refused: SourceClaim[] = [
    { source: '/etc/passwd' },
    { source: 'file:///etc/passwd', runId: 'local-run' },
    { source: `${inside}/model` },
    { source: `${inside}/model`, runId: run },
    { source: `${inside}/model`, loggedModelId: logged },
    { source: `${inside}x/model`, runId: 'local-run' },
    { source: `${inside}/../../other`, runId: 'local-run' },
    { source: `file://${inside}/%2e%2e/other`, runId: 'local-run' },
    { source: `${inside}/..\\other`, runId: 'local-run' },
    { source: `${inside}/a\0b`, runId: 'local-run' },
    { source: `file://elsewhere${inside}/model`, runId: 'local-run' },
    { source: 'srv/mlruns/7/local-run/artifacts/model', runId: 'local-run' },
    { source: 'model', runId: run },
    { source: 'dummy-source' },
  ]
  for (const claim of refused) {
    const message = await refusal(claim)
    assert.match(
      message ?? '',
      /To use a local path as a model version source, the (run|model)_id request/,
      claim.source,
    )
  }
})

test('other storage is taken as it is, but never with a way up', async () => {
  for (const source of [
    's3://bucket/model',
    's3://bucket',
    'gs://b/m',
    'dbfs:/model//x/',
    'wasbs://c@a.blob.core.windows.net/x',
  ])
    assert.equal(await refusal({ source }), undefined, source)
  const ways = [
    '..',
    '%2e%2e',
    '%252e%252e',
    '%25252E.',
    'x/..%2f..',
    '..%5cx',
    '..\\x',
    '.',
    'x%00',
    '\0',
    '..?a',
    '%2e%2e%3fa',
  ]
  for (const way of ways) {
    for (const [base, runId] of [
      ['s3://bucket/a', ''],
      [runUri, run],
      [`runs:/${run}`, run],
      ['models:/m', ''],
    ] as const) {
      const message = await refusal({ source: `${base}/${way}/x`, runId })
      assert.match(
        message ?? '',
        /without relative path references present\. Please provide an absolute path\.$/,
        `${base}/${way}`,
      )
    }
  }
  assert.match((await refusal({ source: 's3:relative' })) ?? '', /Please provide an absolute path/)
})

test('a scheme that names a host is refused outside the location of its own run', async () => {
  const sources = ['http', 'HTTPS', 'ftp', 'sftp', 'hdfs', 'viewfs', 'r2', 'b2', 'abfss'].map(
    (scheme) => `${scheme}://host/x`,
  )
  for (const source of [...sources, 'mlflow-artifacts://host:80/x', 'hdfs://another:9000/7/hdfs-run/artifacts/model']) {
    const scheme = source.split(':')[0]!.toLowerCase()
    const message = await refusal({ source, runId: 'hdfs-run' })
    assert.match(message ?? '', new RegExp(`^'source' cannot use the '${scheme}' scheme: .* would connect to the host`))
  }
})

test('a source longer than any path is refused before it is decoded', async () => {
  const { leastMs } = await leastProcessorTime(async () => {
    assert.match(
      (await refusal({ source: `s3://b/${'%25'.repeat(300_000)}` })) ?? '',
      /'source' exceeds the maximum length/,
    )
    await refusal({ source: `s3://b/${'%25'.repeat(1300)}` })
  }, 1000)
  assert.ok(leastMs <= 1000, `took ${leastMs} ms`)
})

test('no text gets out of the run it is of, whatever is appended and however it is encoded', async () => {
  const part = fc.constantFrom('..', '.', '%2e', '%252e', '/', '%2f', '%5c', '\\', 'a', '%00', '?', '#', '%', '+', ' ')
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
      const source = `${runUri}/${parts.join('')}`
      if ((await refusal({ source, runId: run })) !== undefined) return
      const decoded = fullyDecoded(source.slice('mlflow-artifacts:'.length).split(/[?#]/)[0]!)
      const path = decoded.split(/[/\\]/)
      assert.ok(!path.includes('..') && !decoded.includes('\0'), source)
      assert.ok(isWithin(source, runUri))
    }),
  )
})
