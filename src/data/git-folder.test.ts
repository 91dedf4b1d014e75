import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import { openContentLab, temporaryFolder } from '../artifacts/content-lab.test-support.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import { type ErrorCode, SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { type GitFolders, gitFolders } from './git-folder.ts'

interface Lab {
  readonly git: GitFolders
  readonly content: ContentStore
  /** Holds `work`, where commits are made, and `r.git`, where they are pushed to. */
  readonly place: string
  readonly scratch: string
  readonly run: (...args: string[]) => string
  /** Commits and pushes files; returns the commit. */
  commit(files: Readonly<Record<string, string>>): string
  /** Paths with texts of what a URI names. */
  texts(uri: string): Promise<Readonly<Record<string, string>>>
}

function openLab(database: Database, t: TestContext): Lab {
  const { store } = openContentLab(database, t)
  const place = temporaryFolder(t)
  const work = join(place, 'work')
  const variables = { PATH: process.env['PATH'] ?? '', HOME: place }
  const identity = ['-c', 'user.name=n', '-c', 'user.email=e@example.org', '-c', 'init.defaultBranch=main']
  const run = (...args: string[]): string =>
    execFileSync('git', ['-C', work, ...identity, ...args], { env: variables, encoding: 'utf8' }).trim()
  mkdirSync(work)
  run('init', '--quiet')
  execFileSync('git', [...identity, 'init', '--quiet', '--bare', join(place, 'r.git')], { env: variables })
  const scratch = join(place, 'scratch')
  const clock = { now: () => Date.now(), after: () => () => undefined }
  const git = gitFolders({ database, content: store, clock, folder: scratch, variables })
  return {
    ...{ git, content: store, place, scratch, run },
    commit(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(work, name)), { recursive: true })
        writeFileSync(join(work, name), text)
      }
      run('add', '--all')
      run('commit', '--quiet', '--message', 'x')
      run('push', '--quiet', '--all', join(place, 'r.git'))
      return run('rev-parse', 'HEAD')
    },
    async texts(uri) {
      const { content } = await git.fetch(uri, { store: true })
      const texts: Record<string, string> = {}
      for (const entry of await store.tree(content.digest))
        texts[entry.path] =
          entry.kind === 'folder'
            ? '(empty)'
            : Buffer.concat((await store.read(entry.digest).toArray()) as Buffer[]).toString()
      return texts
    },
  }
}

/** The error that a promise ends in. */
async function refused(code: ErrorCode, promise: Promise<unknown>): Promise<SluiceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof SluiceError && error.code === code, String(error))
  return error
}

databaseTest('a branch, a tag and the first digits of a commit name what was committed then', async (database, t) => {
  const lab = openLab(database, t)
  const uri = `git+file://${lab.place}/r.git`
  const first = lab.commit({ 'a.py': 'one', 'src/b.py': 'two', '.gitattributes': '*.py export-ignore\n' })
  lab.run('tag', '--annotate', '--message', 'x', 'v1')
  lab.run('push', '--quiet', '--tags', join(lab.place, 'r.git'))
  lab.commit({ 'a.py': 'three' })
  assert.equal((await lab.texts(uri))['a.py'], 'three')
  assert.equal((await lab.texts(`${uri}@main`))['a.py'], 'three')
  assert.equal((await lab.texts(`${uri}@v1`))['a.py'], 'one')
  assert.equal((await lab.texts(`${uri}@${first}`))['a.py'], 'one')
  assert.equal((await lab.texts(`${uri}@${first.slice(0, 9)}`))['a.py'], 'one')
  assert.deepEqual(await lab.texts(`${uri}@v1#subdirectory=src`), { 'b.py': 'two' })
  const folder = await lab.git.fetch(`${uri}#subdirectory=src`, { store: false })
  assert.equal(folder.baseName, 'src')
  const file = await lab.git.fetch(`${uri}@v1#subdirectory=src/b.py`, { store: true })
  assert.deepEqual([file.baseName, file.content.kind, file.content.sizeBytes], ['b.py', 'file', 3])
  assert.deepEqual(readdirSync(lab.scratch), [])
})

databaseTest('a commit is fetched once, and again when its content is gone', async (database, t) => {
  const lab = openLab(database, t)
  const repository = join(lab.place, 'r.git')
  const commit = lab.commit({ 'a.py': 'one' })
  const uri = `git+file://${repository}@${commit}`
  const first = await lab.git.fetch(uri, { store: true })
  renameSync(repository, `${repository}.away`)
  assert.deepEqual(await lab.git.fetch(uri, { store: true }), first)
  assert.deepEqual(await lab.git.fetch(uri, { store: false }), first)
  await refused('input-not-found', lab.git.fetch(`${uri}#subdirectory=other`, { store: true }))
  renameSync(`${repository}.away`, repository)
  const database2 = await lab.git.fetch(`git+file://${repository}`, { store: true })
  assert.equal(database2.content.digest, first.content.digest)
})

databaseTest('hooks, submodules and links that lead out do nothing', async (database, t) => {
  const lab = openLab(database, t)
  const marks = join(lab.place, 'marks')
  const hooks = join(lab.place, 'hooks')
  mkdirSync(hooks)
  for (const name of ['post-checkout', 'reference-transaction', 'post-index-change'])
    writeFileSync(join(hooks, name), `#!/bin/sh\necho ${name} >>${marks}\n`, { mode: 0o755 })
  lab.commit({ 'a.py': 'one', 'src/real.txt': 'text', '.gitmodules': '[submodule "m"]\npath=m\nurl=ext::false\n' })
  symlinkSync('src/real.txt', join(lab.place, 'work', 'link.txt'))
  lab.run('update-index', '--add', '--cacheinfo', `160000,${lab.run('rev-parse', 'HEAD')},m`)
  lab.run('add', 'link.txt')
  lab.run('commit', '--quiet', '--message', 'y')
  lab.run('push', '--quiet', '--all', join(lab.place, 'r.git'))
  // What the user's own configuration says is for their own clones.
  writeFileSync(
    join(lab.place, '.gitconfig'),
    `[core]\n hooksPath = ${hooks}\n autocrlf = true\n[filter "x"]\n smudge = echo smudged\n required = true\n`,
  )
  const texts = await lab.texts(`git+file://${lab.place}/r.git`)
  assert.deepEqual([texts['a.py'], texts['link.txt'], texts['m']], ['one', 'text', '(empty)'])
  assert.equal(existsSync(marks), false)
  symlinkSync('/etc/hostname', join(lab.place, 'work', 'out.txt'))
  rmConfig(lab)
  lab.run('add', 'out.txt')
  lab.run('commit', '--quiet', '--message', 'z')
  lab.run('push', '--quiet', '--all', join(lab.place, 'r.git'))
  await refused('invalid-path', lab.git.fetch(`git+file://${lab.place}/r.git`, { store: true }))
})

function rmConfig({ place }: Lab): void {
  writeFileSync(join(place, '.gitconfig'), '')
}

databaseTest('what is not there is told by its name', async (database, t) => {
  const lab = openLab(database, t)
  const uri = `git+file://${lab.place}/r.git`
  const told = async (asked: string): Promise<string> => {
    const error = await refused('input-not-found', lab.git.fetch(asked, { store: true }))
    return error.message
  }
  assert.match(await told(uri), /has no HEAD/)
  lab.commit({ 'a.py': 'one' })
  assert.match(await told(`${uri}@nightly`), /has no branch, tag or commit "nightly"/)
  assert.match(await told(`${uri}@0123456789`), /has no branch, tag or commit "0123456789"/)
  assert.match(await told(`${uri}@${'0'.repeat(40)}`), /has no branch, tag or commit "0{40}"/)
  assert.match(await told(`${uri}#subdirectory=none`), /has no "none" at [0-9a-f]{12}/)
  assert.match(await told(`git+file://${lab.place}/none.git`), /none.git cannot be fetched: .*not.*git repository/)
  lab.commit({ 'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n' })
  const error = await refused('not-supported', lab.git.fetch(uri, { store: true }))
  assert.match(error.message, /keeps "big.bin" in Git LFS/)
})

databaseTest('what a killed server left is removed a day later', async (database, t) => {
  const lab = openLab(database, t)
  lab.commit({ 'a.py': 'one' })
  for (const name of ['fetch-old', 'fetch-new']) mkdirSync(join(lab.scratch, name), { recursive: true })
  utimesSync(join(lab.scratch, 'fetch-old'), 5, 5)
  await lab.git.fetch(`git+file://${lab.place}/r.git`, { store: true })
  assert.deepEqual(readdirSync(lab.scratch), ['fetch-new'])
})

/** Git's own server over HTTP; `answers` may answer in its place. */
async function serve(
  t: TestContext,
  place: string,
  answers: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    if (answers(request, response)) return
    const { pathname, search } = new URL(request.url!, 'http://x')
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: place,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method!,
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: request.headers['git-protocol']?.toString() ?? '',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(child.stdin)
    void child.stdout.toArray().then((chunks: Buffer[]) => {
      const whole = Buffer.concat(chunks)
      const end = whole.indexOf('\r\n\r\n')
      const headers = whole.subarray(0, end).toString().split('\r\n')
      const status = headers.find((line) => line.startsWith('Status: '))
      for (const line of headers) response.setHeader(line.split(': ')[0]!, line.split(': ')[1]!)
      response.writeHead(status === undefined ? 200 : Number(status.slice(8, 11)))
      response.end(whole.subarray(end + 4))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

databaseTest('a repository on the web is fetched, and not where it is redirected to', async (database, t) => {
  const lab = openLab(database, t)
  lab.commit({ 'a.py': 'one' })
  const { url, asked } = await serve(t, lab.place, (request, response) => {
    if (request.url!.startsWith('/moved')) {
      response.writeHead(301, { location: request.url!.replace('moved', 'r') }).end()
      return true
    }
    if (!request.url!.startsWith('/private')) return false
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    return true
  })
  assert.deepEqual(await lab.texts(`git+${url}/r.git@main`), { 'a.py': 'one' })
  const { length } = asked
  assert.deepEqual(await lab.texts(`git+${url}/r.git@main`), { 'a.py': 'one' })
  // The branch was asked for again, the commit not.
  assert.ok(asked.length > length && asked.slice(length).every((path) => !path.startsWith('/r.git/objects')))
  const moved = await refused('input-not-found', lab.git.fetch(`git+${url}/moved.git`, { store: true }))
  assert.match(moved.message, /moved.git cannot be fetched/)
  const closed = await refused('input-not-found', lab.git.fetch(`git+${url}/private.git`, { store: true }))
  assert.match(closed.hint ?? '', /credential helper/)
  const far = lab.git.fetch('git+http://169.254.169.254/r.git', { store: true })
  assert.match((await refused('input-not-found', far)).message, /link-local address 169.254.169.254/)
  const unknown = lab.git.fetch('git+https://nowhere.invalid/r.git', { store: true })
  assert.match((await refused('input-not-found', unknown)).message, /nowhere.invalid\/r.git cannot be fetched/)
})

databaseTest('files of a repository that a plain web server hands out are enough', async (database, t) => {
  const lab = openLab(database, t)
  lab.commit({ 'a.py': 'one' })
  execFileSync('git', ['-C', join(lab.place, 'r.git'), 'update-server-info'])
  const { url } = await serve(t, lab.place, (request, response) => {
    // The oldest protocol: no word of git's server, and no single commits.
    if (!request.url!.includes('service=')) return false
    const refs = execFileSync('git', ['-C', join(lab.place, 'r.git'), 'show-ref'], { encoding: 'utf8' })
    response.writeHead(200, { 'content-type': 'text/plain' }).end(refs.replaceAll(' ', '\t'))
    return true
  })
  assert.deepEqual(await lab.texts(`git+${url}/r.git@main`), { 'a.py': 'one' })
})

test('without git a repository is refused with what to do', async (t) => {
  const folder = temporaryFolder(t)
  const nobody = {} as never
  const clock = { now: () => 5, after: () => () => undefined }
  const git = gitFolders({ database: nobody, content: nobody, clock, folder, variables: { PATH: folder } })
  const error = await refused('not-supported', git.fetch('git+file:///r.git', { store: true }))
  assert.match(error.hint ?? '', /Install git/)
})
