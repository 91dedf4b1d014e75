import { assertNever, SluiceError } from '../base/errors.ts'
import type { EnvironmentSpec } from '../spec/document-parts.ts'
import { parseCondaFile } from './conda-file.ts'
import { curatedEnvironment, isCurated } from './curated.ts'
import type { CuratedTable } from './curated.ts'
import type { EnvironmentRequest } from './environment-builder.ts'
import { readRequirementLines, refuseMistakes } from './requirement-lines.ts'

/** A request as requirements, before they are resolved to exact versions. */
export interface WantedPackages {
  /** What it is called in messages, e.g. `registry environment "sklearn-1.5"`. */
  readonly label: string
  /** Which Python it asks for, e.g. `3.10` or `>=3.10,<3.12`. */
  readonly python?: string
  readonly requirements: readonly string[]
  readonly notes: readonly string[]
  /** The versions are ours and not the user's, so that the nearest ones with wheels do as well. */
  readonly isApproximate: boolean
}

export interface WantedPackagesOptions {
  readonly curated?: CuratedTable
  /** URL prefixes that lines may name (package-line.ts); nothing by default. */
  readonly allowedSources?: readonly string[]
  /** Text of a file beside `file` that a `-r` line names; undefined when it cannot be read. */
  readonly readBeside?: (file: string, relativePath: string) => string | undefined
}

/** Turns a request into requirements. Throws `environment-failed`, or `not-supported` for what needs a container. */
export function wantedPackages(
  request: Exclude<EnvironmentRequest, { kind: 'none' }>,
  options: WantedPackagesOptions = {},
): WantedPackages {
  switch (request.kind) {
    case 'curated':
      return fromCurated(request.name, options)
    case 'requirements':
      return fromRequirements(request, options)
    case 'spec':
      return fromSpec(request.spec, options)
    case 'extended':
      return extended(request, options)
    default:
      return assertNever(request)
  }
}

function extended(
  { base, packages }: Extract<EnvironmentRequest, { kind: 'extended' }>,
  options: WantedPackagesOptions,
): WantedPackages {
  const wanted =
    base.kind === 'none' ? wantedPackages({ kind: 'requirements', lines: [] }) : wantedPackages(base, options)
  const named = new Set(wanted.requirements.map(packageName))
  const added = packages.filter((requirement) => !named.has(packageName(requirement)))
  return { ...wanted, requirements: [...wanted.requirements, ...added] }
}

/** The name in `scikit-learn[alldeps]==1.5.2`, normalised as PyPI does (PEP 503). */
function packageName(requirement: string): string {
  const name = /^[A-Za-z0-9][\w.-]*/.exec(requirement.trim())?.[0] ?? ''
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

function fromCurated(name: string, options: WantedPackagesOptions): WantedPackages {
  const curated = curatedEnvironment(name, options.curated)
  const lines = readRequirementLines(curated.requirements, lineSources(options, undefined))
  refuseMistakes(lines.mistakes, `The environment alias "${curated.name}"`)
  const stands = curated.name === name ? '' : ` (as "${curated.name}")`
  return {
    label: `registry environment "${name}"`,
    ...(curated.python !== undefined && { python: curated.python }),
    requirements: [...lines.options, ...lines.requirements.map(({ text }) => text)],
    notes: [`the registry environment "${name}" is taken from the alias table${stands}`, ...lines.notes],
    isApproximate: true,
  }
}

function fromRequirements(
  request: Extract<EnvironmentRequest, { kind: 'requirements' }>,
  options: WantedPackagesOptions,
): WantedPackages {
  const lines = readRequirementLines(request.lines, lineSources(options, request.file))
  refuseMistakes(lines.mistakes, request.file ?? 'The requirements')
  return {
    label: request.file === undefined ? 'the requirements' : `the requirements of ${request.file}`,
    ...(request.python !== undefined && { python: request.python }),
    requirements: [...lines.options, ...lines.requirements.map(({ text }) => text)],
    notes: lines.notes,
    isApproximate: false,
  }
}

function fromSpec(spec: EnvironmentSpec, options: WantedPackagesOptions): WantedPackages {
  const label = spec.name === undefined ? 'the environment' : `environment "${spec.name}"`
  if (spec.osType === 'windows') {
    throw new SluiceError('not-supported', `${capital(label)} is for Windows (os_type: windows).`, {
      hint: 'Steps run on this machine: use os_type: linux.',
    })
  }
  if (spec.conda !== undefined) return fromConda(spec, label, options)
  if (spec.image !== undefined) return fromImage(spec.image, label, options)
  if (spec.build !== undefined) {
    throw new SluiceError(
      'not-supported',
      `${capital(label)} is built from a Dockerfile in ${spec.build.path}; containers come later.`,
      { hint: 'Give it a conda_file with the packages that the Dockerfile installs.' },
    )
  }
  throw new SluiceError('environment-failed', `${capital(label)} has no conda_file, image or build.`, {
    hint: 'Give it a conda_file, or name a registry environment such as azureml://registries/azureml/environments/sklearn-1.5/labels/latest.',
  })
}

function fromConda(spec: EnvironmentSpec, label: string, options: WantedPackagesOptions): WantedPackages {
  const conda = spec.conda!
  const packages = parseCondaFile(conda.content, {
    ...lineSources(options, conda.file),
    file: conda.file ?? `The conda_file of ${label}`,
  })
  const ignored = [
    ...(spec.image === undefined
      ? []
      : [`the image ${spec.image} is not used: the packages of the conda_file run on this machine's Python`]),
    ...(spec.build === undefined ? [] : [`the Dockerfile in ${spec.build.path} is not used: the conda_file is`]),
  ]
  return { label, ...packages, notes: [...ignored, ...packages.notes], isApproximate: false }
}

function fromImage(image: string, label: string, options: WantedPackagesOptions): WantedPackages {
  const curatedName = /(?:^|\/)azureml\/(?:curated\/)?([^/:@]+)/.exec(image)?.[1]
  if (curatedName !== undefined && isCurated(curatedName, options.curated)) {
    const curated = fromCurated(curatedName, options)
    return { ...curated, label, notes: [`the image ${image} is not used`, ...curated.notes] }
  }
  const python = pythonOfImage(image)
  return {
    label,
    ...(python !== undefined && { python }),
    requirements: ['pip'],
    notes: [`the image ${image} is not used: the step gets a plain Python without packages (a conda_file adds them)`],
    isApproximate: false,
  }
}

/** `3.11` of `python:3.11-slim`, `library/python:3.11.6`, `…/minimal-py312-inference` or `…-py38:latest`; else undefined. */
export function pythonOfImage(image: string): string | undefined {
  const [, official] = /(?:^|\/)python:(3\.\d+)/.exec(image) ?? []
  const [, minor] = /-py3\.?(\d{1,2})(?=[-:@]|$)/.exec(image) ?? []
  return official ?? (minor === undefined ? undefined : `3.${minor}`)
}

function lineSources(
  { allowedSources, readBeside }: WantedPackagesOptions,
  file: string | undefined,
): { allowedSources?: readonly string[]; readIncluded?: (relativePath: string) => string | undefined } {
  return {
    ...(allowedSources !== undefined && { allowedSources }),
    ...(file !== undefined && readBeside !== undefined && { readIncluded: (path) => readBeside(file, path) }),
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
