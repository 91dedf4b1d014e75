import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { hasScheme } from '../spec/reference.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { makeFolder } from './new-folder.ts'
import { modelField, refuseExisting, summaryOf, unpackTar, writeNewFile } from './outgoing-model.ts'
import { printable } from './terminal/terminal.ts'

const formats = ['folder', 'tar', 'oci'] as const

interface Summary {
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly image?: string
  readonly reference?: string
  readonly python: string
  readonly notes: readonly string[]
}

/** Packages a model into a new folder, a tar or an image; what is there is never overwritten. */
export const packageModel: Command = async (invocation) => {
  const { options, terminal, workingFolder } = invocation
  const model = invocation.arguments[0]!
  const output = options.text('output')
  const format = formatOf(invocation)
  const target = resolve(workingFolder, output ?? defaultName(model, format))
  const isFile = format === 'tar' || (format === 'oci' && target.endsWith('.tar'))
  if (isFile) refuseExisting(target)
  const base = options.text('base')
  if (base !== undefined && format !== 'oci')
    throw new SluiceError('invalid-request', '--base is the image below an image.', { hint: 'Add --format oci.' })
  const environment = options.text('environment')
  const body = {
    ...modelField(model, workingFolder),
    ...scriptOf(invocation),
    ...(environment !== undefined && {
      environment: hasScheme(environment) ? environment : resolve(workingFolder, environment),
    }),
    ...(base !== undefined && { base: resolve(workingFolder, base) }),
    format,
  }
  const summary = await withConnection(invocation, 'work', async ({ client }) => {
    terminal.err(`Packaging ${model} ...\n`)
    const answer = (): ReturnType<typeof client.postStream> => client.postStream('/api/v1/model-packages', body)
    if (isFile) {
      const bytes = await answer()
      await writeNewFile(target, bytes)
      return summaryOf<Summary>(bytes.headers)
    }
    let headers: Readonly<Record<string, unknown>> = {}
    await makeFolder(target, 'Name another folder with --output.', async (folder) => {
      const bytes = await answer()
      headers = bytes.headers
      await unpackTar(bytes, folder)
    })
    return summaryOf<Summary>(headers)
  })
  if (invocation.json) writeJson(invocation, { ...summary, format, path: target })
  else {
    terminal.out(`${target}\n`)
    terminal.err(`${aboutText(summary, { format, target, isFile })}\n`)
  }
  return exitCode.ok
}

function formatOf({ options }: Invocation): (typeof formats)[number] {
  const given = options.text('format') ?? (options.text('output')?.endsWith('.tar') === true ? 'tar' : 'folder')
  const format = formats.find((each) => each === given)
  if (format !== undefined) return format
  throw new SluiceError('invalid-request', `There is no format "${given}".`, {
    hint: `There is: ${formats.join(', ')}.`,
  })
}

function defaultName(model: string, format: (typeof formats)[number]): string {
  const name = basename(resolve('/', model.replace(/^(azureml:|models:\/|runs:\/)/, ''))).replace(/[^\w.-]+/g, '-')
  return format === 'tar' ? `${name}.tar` : format === 'oci' ? `${name}-image` : `${name}-package`
}

/** The code folder, and the script in it. */
function scriptOf({ options, workingFolder }: Invocation): { code?: string; scoring_script?: string } {
  const [score, code] = [options.text('score'), options.text('code')]
  if (score === undefined && code === undefined) return {}
  const folder = resolve(workingFolder, code ?? dirname(score!))
  const script = score === undefined ? join(folder, 'score.py') : resolve(workingFolder, score)
  if (!existsSync(script)) {
    throw new SluiceError('input-not-found', `There is no scoring script ${script}.`, {
      hint: 'Name it with --score FILE; it defines init() and run(raw_data).',
    })
  }
  return { code: folder, scoring_script: relative(folder, script) }
}

interface Packaged {
  readonly format: (typeof formats)[number]
  readonly target: string
  readonly isFile: boolean
}

function aboutText(summary: Summary, { format, target, isFile }: Packaged): string {
  const { name, version, digest, image, reference } = summary
  const notes = summary.notes.map((note) => `note: ${printable(note)}`)
  const title = `Packaged ${printable(name)}:${printable(version)}, ${image === undefined ? digest : `image ${image}`}`
  const [transport, tag] = [isFile ? 'oci-archive' : 'oci', reference === undefined ? '' : `:${reference}`]
  const next =
    format === 'oci'
      ? `Run it with: podman run -e SCORING_KEY=... -p 5001:5001 ${transport}:${target}${isFile ? '' : tag}`
      : format === 'folder'
        ? `Check it with: ${target}/verify ${digest}\nServe it with: ${target}/start.sh`
        : `Unpack it, then check it with: ./verify ${digest}`
  return [...notes, title, next].join('\n')
}
