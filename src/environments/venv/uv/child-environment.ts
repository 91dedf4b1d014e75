/** Environment variables as a process gets them. */
export type Variables = Readonly<Record<string, string>>

/**
 * What a package installer may see of the server's environment. A list of what passes, not of what does not: a source
 * distribution runs code of strangers while it is built, and the server's environment holds keys and passwords.
 */
const passed = new Set(
  [
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TMPDIR TEMP TMP TERM',
    'XDG_CONFIG_HOME XDG_DATA_HOME XDG_CONFIG_DIRS PYENV_ROOT PYENV_VERSION NETRC',
    'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy',
    'SSL_CERT_FILE SSL_CERT_DIR SSL_CLIENT_CERT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NIX_SSL_CERT_FILE',
    'PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_NO_INDEX PIP_CERT PIP_CLIENT_CERT PIP_TRUSTED_HOST PIP_PROXY',
    'PIP_DEFAULT_TIMEOUT PIP_TIMEOUT PIP_RETRIES PIP_CONFIG_FILE PIP_CONSTRAINT PIP_KEYRING_PROVIDER',
    'UV_DEFAULT_INDEX UV_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_INDEX_STRATEGY UV_KEYRING_PROVIDER',
    'UV_INSECURE_HOST UV_SYSTEM_CERTS UV_NATIVE_TLS UV_HTTP_TIMEOUT UV_HTTP_RETRIES UV_REQUEST_TIMEOUT UV_OFFLINE',
    'UV_CONFIG_FILE UV_NO_CONFIG UV_PYTHON_INSTALL_DIR UV_LINK_MODE UV_CACHE_DIR UV_EXCLUDE_NEWER UV_CONSTRAINT',
    'UV_CONCURRENT_DOWNLOADS UV_CONCURRENT_BUILDS UV_CONCURRENT_INSTALLS UV_TORCH_BACKEND',
    'CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LD_LIBRARY_PATH PKG_CONFIG_PATH CUDA_HOME SDKROOT DEVELOPER_DIR',
    'MACOSX_DEPLOYMENT_TARGET',
  ].flatMap((line) => line.split(' ')),
)
const passedPattern = /^(LC_[A-Z]+|UV_INDEX_[A-Z0-9_]+_(USERNAME|PASSWORD))$/

/** Settings that hold whatever the user's own are: nobody answers questions, and no target but ours is written to. */
const fixed: Variables = {
  NO_COLOR: '1',
  UV_NO_PROGRESS: '1',
  UV_PYTHON_DOWNLOADS: 'never',
  PIP_NO_INPUT: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  // Habits in a pip.conf that make `pip install --target` fail.
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_USER: '0',
}

/** The environment of uv, pip and the interpreters that are asked for their version. */
export function childEnvironment(base: Readonly<Record<string, string | undefined>>, uvCache: string): Variables {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && (passed.has(name) || passedPattern.test(name))) variables[name] = value
  }
  return { ...variables, ...fixed, UV_CACHE_DIR: uvCache }
}

/**
 * uv does not read pip's settings, yet that is where people keep their company's index and certificates. Given the output
 * of `pip config list` (`global.index-url='https://...'`, environment variables included), returns the uv variables that
 * say the same; what `variables` already says to uv stays.
 */
export function uvSettingsOfPip(configList: string, variables: Variables): Variables {
  const pip = new Map<string, string>()
  // In pip the environment wins over [install], and that over [global].
  for (const section of ['global', 'install', ':env:']) {
    for (const line of configList.split('\n')) {
      const [, of, key, value] = /^(\S+)\.([a-z-]+)=(['"])(.*)\3$/.exec(line.trim())?.filter((_, i) => i !== 3) ?? []
      if (of === section) pip.set(key!, value!.replaceAll('\\n', ' ').trim())
    }
  }
  const settings: Record<string, string> = {}
  const say = (name: string, value: string | undefined, unless: readonly string[] = []): void => {
    if (value && ![name, ...unless].some((other) => variables[other] !== undefined)) settings[name] = value
  }
  say('UV_DEFAULT_INDEX', pip.get('index-url'), ['UV_INDEX_URL'])
  say('UV_INDEX', pip.get('extra-index-url'), ['UV_EXTRA_INDEX_URL'])
  say('UV_FIND_LINKS', pip.get('find-links')?.split(/\s+/).join(','))
  say('UV_INSECURE_HOST', pip.get('trusted-host'))
  say('UV_CONSTRAINT', pip.get('constraint'))
  say('UV_HTTP_TIMEOUT', pip.get('default-timeout') ?? pip.get('timeout'))
  say('SSL_CERT_FILE', pip.get('cert'))
  say('HTTPS_PROXY', pip.get('proxy'), ['https_proxy', 'ALL_PROXY', 'all_proxy'])
  return settings
}
