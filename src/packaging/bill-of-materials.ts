import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../base/json.ts'
import type { InstalledPackage } from './installed-packages.ts'
import type { PackageFile } from './package-file.ts'

/** What a bill of materials is made from. */
export interface Materials {
  readonly name: string
  readonly version: string
  /** This program's version. */
  readonly toolVersion: string
  readonly packages: readonly InstalledPackage[]
  readonly modelFiles: readonly PackageFile[]
  readonly codeFiles: readonly PackageFile[]
}

/**
 * A CycloneDX 1.5 document: the model and its code by file, every Python package by purl with the licence that it states.
 * It holds no time, and its serial number is made of its content, so that the same package has the same bill.
 */
export function billOfMaterials(materials: Materials): JsonObject {
  const { name, version, toolVersion, packages, modelFiles, codeFiles } = materials
  const root = 'package'
  const components: readonly JsonObject[] = [
    {
      type: 'machine-learning-model',
      'bom-ref': 'model',
      name,
      version,
      components: modelFiles.map(fileComponent),
    },
    ...(codeFiles.length === 0
      ? []
      : [
          {
            type: 'library',
            'bom-ref': 'code',
            name: `${name}-code`,
            version,
            components: codeFiles.map(fileComponent),
          },
        ]),
    ...packages.map(packageComponent),
  ]
  const body = {
    metadata: {
      tools: { components: [{ type: 'application', name: 'sluiceworks', version: toolVersion }] },
      component: { type: 'application', 'bom-ref': root, name, version },
    },
    components,
    dependencies: [
      { ref: root, dependsOn: components.map((component) => component['bom-ref']!) },
      ...dependenciesOf(packages),
    ],
  }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
    ...body,
  }
}

function fileComponent({ path, digest }: PackageFile): JsonObject {
  return { type: 'file', 'bom-ref': `file:${path}`, name: path, hashes: [{ alg: 'SHA-256', content: digest }] }
}

function packageComponent(installed: InstalledPackage): JsonObject {
  const licenses = licencesOf(installed)
  const purl = purlOf(installed)
  return {
    type: 'library',
    'bom-ref': purl,
    name: installed.name,
    version: installed.version,
    ...(installed.summary !== null && { description: installed.summary }),
    ...(licenses.length > 0 && { licenses }),
    purl,
  }
}

/** A package URL of PyPI: the name in lower case with dashes (purl-spec, type pypi). */
function purlOf({ name, version }: InstalledPackage): string {
  return `pkg:pypi/${normalised(name)}@${encodeURIComponent(version)}`
}

/** A name as PyPI compares them (PEP 503). */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

function dependenciesOf(packages: readonly InstalledPackage[]): readonly JsonObject[] {
  const references = new Map(packages.map((installed) => [normalised(installed.name), purlOf(installed)]))
  return packages.map((installed) => {
    const wanted = installed.requires
      // What only an extra asks for is there for another reason, if it is there.
      .filter((line) => !/;.*\bextra\s*==/.test(line))
      .flatMap((line) => references.get(normalised(/^[A-Za-z0-9][\w.-]*/.exec(line)?.[0] ?? '')) ?? [])
    return { ref: purlOf(installed), dependsOn: [...new Set(wanted)].sort() }
  })
}

/** Identifiers of the SPDX list for what packages write in their free text and their classifiers. */
const spdxIds: Readonly<Record<string, string>> = {
  mit: 'MIT',
  'mit license': 'MIT',
  'apache-2.0': 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  'apache license, version 2.0': 'Apache-2.0',
  'apache software license': 'Apache-2.0',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd 3-clause': 'BSD-3-Clause',
  'new bsd': 'BSD-3-Clause',
  'bsd-2-clause': 'BSD-2-Clause',
  'isc license (iscl)': 'ISC',
  isc: 'ISC',
  'mozilla public license 2.0 (mpl 2.0)': 'MPL-2.0',
  'mpl-2.0': 'MPL-2.0',
  'python software foundation license': 'PSF-2.0',
  'psf-2.0': 'PSF-2.0',
  'the unlicense (unlicense)': 'Unlicense',
  zlib: 'Zlib',
}

/** What a package says of its licence: the expression (PEP 639), else the classifiers, else the field where it is short. */
function licencesOf({ expression, license, classifiers }: InstalledPackage): readonly JsonValue[] {
  if (expression !== null) return [{ expression }]
  const stated = license !== null && license.length <= 100 && !license.includes('\n') ? license.trim() : ''
  const known = spdxIds[stated.toLowerCase()]
  if (known !== undefined) return [{ license: { id: known } }]
  const classified = classifiers
    .map((classifier) => classifier.split('::').at(-1)!.trim())
    .filter((words) => words !== 'OSI Approved')
  const words = classified.length > 0 ? classified : stated === '' ? [] : [stated]
  return words.map((word) => {
    const id = spdxIds[word.toLowerCase()]
    return { license: id === undefined ? { name: word } : { id } }
  })
}

/** A UUID of version 8 (RFC 9562): made of a hash. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
