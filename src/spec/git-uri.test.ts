import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { type GitPlace, isGitUri, parseGitUri, withoutCredentials } from './git-uri.ts'

const web = { protocol: 'https', repository: 'https://example.org/team/r.git', host: 'example.org', path: '' } as const
const shell = {
  protocol: 'ssh',
  repository: 'ssh://git@example.org/team/r.git',
  host: 'example.org',
  path: '',
} as const

const good: readonly (readonly [string, GitPlace])[] = [
  ['git+https://example.org/team/r.git', web],
  ['GIT+HTTPS://example.org/team/r.git', web],
  ['git+https://example.org/team/r.git@v1.2', { ...web, revision: 'v1.2' }],
  ['git+https://example.org/team/r.git#main', { ...web, revision: 'main' }],
  [
    'git+https://example.org/team/r.git@feature/x#subdirectory=./src/train/',
    { ...web, revision: 'feature/x', path: 'src/train' },
  ],
  ['git+https://example.org/team/r.git@dev&subdirectory=src/x', { ...web, revision: 'dev', path: 'src/x' }],
  ['git+https://example.org/team/r.git#egg=r&subdirectory=src', { ...web, path: 'src' }],
  ['git+https://example.org/team/r.git#subdirectory=.', web],
  [
    'git+http://127.0.0.1:8080/r@0123abc',
    {
      protocol: 'http',
      repository: 'http://127.0.0.1:8080/r',
      host: '127.0.0.1',
      port: 8080,
      revision: '0123abc',
      path: '',
    },
  ],
  ['git+http://[::1]:80/r', { protocol: 'http', repository: 'http://[::1]:80/r', host: '::1', port: 80, path: '' }],
  ['git@example.org:team/r.git', shell],
  ['git@example.org:/team/r.git@main#subdirectory=src', { ...shell, revision: 'main', path: 'src' }],
  ['git+ssh://git@example.org/team/r.git', shell],
  ['ssh://git@example.org/team/r.git', shell],
  ['git+file:///srv/r.git@main', { protocol: 'file', repository: 'file:///srv/r.git', revision: 'main', path: '' }],
]

for (const [text, place] of good)
  test(`${text} is understood`, () => {
    assert.ok(isGitUri(text))
    assert.deepEqual(parseGitUri(text), place)
  })

const bad: readonly (readonly [string, RegExp])[] = [
  ['git+https:example.org', /no address of a git repository/],
  ['git+ext::sh -c evil', /no address of a git repository/],
  ['git+ext://sh/evil', /uses ext, which git is not asked to speak/],
  ['git+https://example.org/', /names no repository/],
  ['git+https://example.org/@main', /names no repository/],
  ['git+https:///r.git', /names no host/],
  ['git+ssh://-oProxyCommand=x/r.git', /names no host/],
  ['git+ssh://-l@example.org/r.git', /names no host/],
  ['git+https://token@example.org/r.git', /user name or password/],
  [
    'git+https://me:secret@example.org/r.git',
    /"git\+https:\/\/\*\*\*@example.org\/r.git" holds a user name or password/,
  ],
  ['git+https://example.org/r.git@--upload-pack=x', /revision "--upload-pack=x"/],
  ['git+https://example.org/r.git@a..b', /revision "a..b"/],
  ['git+https://example.org/r.git@', /revision ""/],
  ['git+https://example.org/r.git@a#b', /two revisions/],
  ['git+https://example.org/r.git#subdirectory=../x', /leaves its repository/],
  ['git+https://example.org/r.git#depth=1', /says depth after #/],
  ['git+https://example.org/r.git#=1', /says =1 after #/],
  ['git+file://host/r.git', /host host of a file/],
]

for (const [text, problem] of bad)
  test(`${text} is refused`, () => {
    assert.throws(
      () => parseGitUri(text),
      (error) => error instanceof SluiceError && error.code === 'invalid-reference' && problem.test(error.message),
    )
  })

test('what is no address of a repository is left to others', () => {
  for (const text of ['https://example.org/r.git', 'github.com/x', './git+x', 'azureml:git:1'])
    assert.equal(isGitUri(text), false, text)
})

test('passwords are left out of text', () => {
  const text = 'fatal: https://me:secret@example.org/r and ssh://git@example.org/r and http://a/b@c'
  assert.equal(
    withoutCredentials(text),
    'fatal: https://***@example.org/r and ssh://git@example.org/r and http://a/b@c',
  )
})
