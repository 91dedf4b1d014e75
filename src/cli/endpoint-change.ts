import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { endpointText, pathOf, tellOfServer } from './endpoint.ts'
import { exitCode } from './exit-code.ts'
import type { Endpoint, KeyPair } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { tellKeys } from './tell-keys.ts'

/** Makes an endpoint; a server is started in the background where none runs. */
export const createEndpoint: Command = async (invocation) => {
  const [name] = invocation.arguments
  const body = { ...(name !== undefined && { name }), ...endpointFields(invocation) }
  const endpoint = await withConnection(invocation, 'stay', (connection) => {
    tellOfServer(invocation, connection)
    return connection.client.post<Endpoint>('/api/v1/endpoints', body)
  })
  return tell(invocation, endpoint)
}

/** Changes what is given, all at once or nothing. */
export const updateEndpoint: Command = async (invocation) => {
  const { options } = invocation
  const traffic = options.text('traffic')
  const mirror = options.text('mirror-traffic')
  return change(invocation, {
    ...endpointFields(invocation),
    ...(traffic !== undefined && { traffic: percents(traffic.split(/[\s,]+/)) }),
    ...(mirror !== undefined && { mirror_traffic: mirrorPercents(mirror) }),
  })
}

/** Sets the weights of the deployments. */
export const setTraffic: Command = async (invocation) => {
  const given = invocation.arguments.slice(1).flatMap((text) => text.split(/[\s,]+/))
  return change(invocation, { traffic: percents(given) })
}

/** Starts or ends copying requests. */
export const setMirrorTraffic: Command = async (invocation) => {
  return change(invocation, { mirror_traffic: mirrorPercents(invocation.arguments[1]!) })
}

/** One call back to the traffic before the last change. */
export const rollBackEndpoint: Command = async (invocation) => {
  const endpoint = await withConnection(invocation, 'work', ({ client }) =>
    client.post<Endpoint>(`${pathOf(invocation)}/rollback`, terms(invocation)),
  )
  return tell(invocation, endpoint)
}

/** Prints both keys: either is accepted by the scoring routes. */
export const endpointCredentials: Command = async (invocation) => {
  const path = `${pathOf(invocation)}/credentials`
  return tellKeys(invocation, await withConnection(invocation, 'work', ({ client }) => client.get<KeyPair>(path)))
}

/** Replaces one key, and prints both. */
export const regenerateKeys: Command = async (invocation) => {
  const key = (invocation.options.text('key') ?? 'primary').toLowerCase()
  if (key !== 'primary' && key !== 'secondary')
    throw new SluiceError('invalid-request', `There is no key "${key}".`, {
      hint: 'The keys are primary and secondary.',
    })
  const path = `${pathOf(invocation)}/regenerate-keys`
  return tellKeys(
    invocation,
    await withConnection(invocation, 'work', ({ client }) => client.post<KeyPair>(path, { key })),
  )
}

async function change(invocation: Invocation, wanted: object): Promise<number> {
  if (Object.keys(wanted).length === 0)
    throw new SluiceError('invalid-request', 'Nothing says what to change.', {
      hint: 'For example: sluice endpoint update NAME --set tags.team=a, or --file endpoint.yml',
    })
  const body = { ...wanted, ...terms(invocation) }
  const endpoint = await withConnection(invocation, 'work', ({ client }) =>
    client.patch<Endpoint>(pathOf(invocation), body),
  )
  return tell(invocation, endpoint)
}

function tell(invocation: Invocation, endpoint: Endpoint): number {
  if (invocation.json) writeJson(invocation, endpoint)
  else invocation.terminal.out(endpointText(endpoint))
  return exitCode.ok
}

function endpointFields({ options, workingFolder }: Invocation): object {
  const file = options.text('file')
  const set = options.texts('set')
  const authMode = options.text('auth-mode')
  const description = options.text('description')
  const unitHeader = options.text('unit-header')
  const deploymentHeader = options.text('deployment-header')
  const labels = options.texts('label')
  const saysRouting = unitHeader !== undefined || deploymentHeader !== undefined || labels.length > 0
  return {
    ...(file !== undefined && { file: resolve(workingFolder, file) }),
    ...(set.length > 0 && { set: parsePairs('--set', set) }),
    ...(authMode !== undefined && { auth_mode: authMode }),
    ...(description !== undefined && { description }),
    ...(saysRouting && {
      routing: {
        ...(unitHeader !== undefined && { unit_header: unitHeader }),
        ...(deploymentHeader !== undefined && { deployment_header: deploymentHeader }),
        labels: parsePairs('--label', labels),
      },
    }),
  }
}

function terms({ options }: Invocation): object {
  const version = options.text('if-version')
  const reason = options.text('reason')
  if (version !== undefined && !/^[1-9]\d*$/.test(version))
    throw new SluiceError('invalid-request', `--if-version "${version}" is not a whole number from 1.`)
  return { ...(version !== undefined && { version: Number(version) }), ...(reason !== undefined && { reason }) }
}

/** `blue=90` and so on; the server says which sums and names are wrong. */
function percents(texts: readonly string[]): Readonly<Record<string, number>> {
  const given = parsePairs(
    'the traffic',
    texts.filter((text) => text !== ''),
  )
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      const percent = Number(text.replace(/%$/, ''))
      if (text !== '' && Number.isFinite(percent)) return [name, percent]
      throw new SluiceError('invalid-request', `The traffic of "${name}" is "${text}", which is no number of percent.`)
    }),
  )
}

function mirrorPercents(text: string): Readonly<Record<string, number>> {
  return text === 'off' ? {} : percents(text.split(/[\s,]+/))
}
