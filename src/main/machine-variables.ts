import type { Environment } from '../config.ts'

/** What a step or a worker gets of the server's own variables: what programs need to run, nothing that is secret. */
export function machineVariables(environment: Environment): Record<string, string> {
  const exact = new Set(
    (
      'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR LD_LIBRARY_PATH DYLD_LIBRARY_PATH CUDA_HOME CUDA_VISIBLE_DEVICES ' +
      'OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE ' +
      'HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy'
    ).split(' '),
  )
  return Object.fromEntries(Object.entries(environment).filter(([name]) => exact.has(name) || name.startsWith('LC_')))
}
