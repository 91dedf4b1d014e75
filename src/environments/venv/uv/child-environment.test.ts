import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnvironment, uvSettingsOfPip } from './child-environment.ts'

test('tools see where programs, indexes and certificates are, and no secret of the server', () => {
  const server = {
    PATH: '/usr/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    https_proxy: 'http://proxy:3128',
    SSL_CERT_FILE: '/etc/ca.pem',
    PIP_INDEX_URL: 'https://index.example/simple',
    UV_INDEX_COMPANY_PASSWORD: 'needed to download',
    SLUICE_SECRET: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    DATABASE_URL: 'postgres://u:p@h/d',
    UV_PUBLISH_TOKEN: 'x',
    PIP_TARGET: '/elsewhere',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONPATH: '/elsewhere',
    VIRTUAL_ENV: '/elsewhere',
    UNSET: undefined,
  }
  const child = childEnvironment(server, '/cache/uv')
  const fromServer = Object.keys(child).filter((name) => name in server)
  assert.deepEqual(fromServer.sort(), [
    'HOME',
    'LC_ALL',
    'PATH',
    'PIP_INDEX_URL',
    'SSL_CERT_FILE',
    'UV_INDEX_COMPANY_PASSWORD',
    'https_proxy',
  ])
  assert.equal(child['UV_CACHE_DIR'], '/cache/uv')
  assert.equal(child['UV_PYTHON_DOWNLOADS'], 'never')
})

test("habits of the user's pip cannot redirect an installation", () => {
  const child = childEnvironment({ PIP_REQUIRE_VIRTUALENV: '1', PIP_USER: '1', UV_CACHE_DIR: '/mine' }, '/cache/uv')
  assert.equal(child['PIP_REQUIRE_VIRTUALENV'], '0')
  assert.equal(child['PIP_USER'], '0')
  assert.equal(child['UV_CACHE_DIR'], '/cache/uv')
})

test("uv is told the index and certificates of pip's configuration", () => {
  const list = [
    "global.index-url='https://index.example/simple'",
    "global.cert='/etc/ca.pem'",
    "global.trusted-host='index.example'",
    "install.find-links='/wheels https://index.example/wheels'",
    "install.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'",
    "freeze.timeout='10'",
    '',
  ].join('\n')
  assert.deepEqual(uvSettingsOfPip(list, {}), {
    UV_DEFAULT_INDEX: 'https://index.example/simple',
    UV_INDEX: 'https://a.example/simple https://b.example/simple',
    UV_FIND_LINKS: '/wheels,https://index.example/wheels',
    UV_INSECURE_HOST: 'index.example',
    SSL_CERT_FILE: '/etc/ca.pem',
  })
})

test('in pip the environment wins over [install], and that over [global]', () => {
  const list =
    ":env:.index-url='https://env/'\nglobal.index-url='https://global/'\ninstall.index-url='https://install/'"
  assert.deepEqual(uvSettingsOfPip(list, {}), { UV_DEFAULT_INDEX: 'https://env/' })
})

test('what uv is told already stays', () => {
  const list = "global.index-url='https://pip/'\nglobal.proxy='http://pip:1'"
  assert.deepEqual(uvSettingsOfPip(list, { UV_INDEX_URL: 'https://uv/', https_proxy: 'http://uv:1' }), {})
})
