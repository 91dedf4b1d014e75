import type { InputDeclaration, InputValue, Located, OutputDeclaration, Reference } from '../spec/document-parts.ts'
import type { CommandComponent } from '../spec/documents.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Mistakes, Place } from './mistakes.ts'

/*
 * Components that the program has itself: `azureml://registries/sluice/components/NAME`, an address that Azure's own
 * tools read too. What a step gives one of them says what it takes, so it is made for each step.
 */

/** The name of the registry that they are in. */
export const builtInRegistry = 'sluice'
/** The one version that each has. */
export const builtInVersion = '1'

/** True for a reference to a component of the program's own. */
export function isBuiltIn(reference: Reference): reference is Extract<Reference, { kind: 'registry' }> {
  return reference.kind === 'registry' && reference.registry === builtInRegistry
}

interface Use {
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly located: Located
  /** Where mistakes are reported: the reference itself. */
  readonly place: Place
  readonly mistakes: Mistakes
}

/** The component that a step with these inputs gets; undefined (and reported) for a name or version there is none of. */
export function builtInComponent(
  { assetType, name, version, label = 'latest' }: Extract<Reference, { kind: 'registry' }>,
  use: Use,
): CommandComponent | undefined {
  if (!/^components$/i.test(assetType)) {
    use.mistakes.report(use.place, `A built-in component is at registries/sluice/components, not .../${assetType}.`)
    return undefined
  }
  const make = Object.hasOwn(makers, name) ? makers[name as keyof typeof makers] : undefined
  if (make === undefined) {
    use.mistakes.report(use.place, `There is no built-in component "${name}".`, () =>
      didYouMean(name, Object.keys(makers)),
    )
    return undefined
  }
  if ((version ?? builtInVersion) !== builtInVersion || !['latest', 'default'].includes(label)) {
    const asked = version === undefined ? `label "${label}"` : `version ${version}`
    use.mistakes.report(
      use.place,
      `The built-in component "${name}" has no ${asked}.`,
      `Its version is ${builtInVersion}.`,
    )
    return undefined
  }
  return make(use)
}

const makers = { data_test: dataTest }

/** What a component of the program's own takes and gives, for those who look for one. */
export interface BuiltInComponent {
  readonly name: string
  readonly description: string
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  /** What further inputs are, of any name; absent where there are none. */
  readonly otherInputs?: string
  readonly outputs: Readonly<Record<string, OutputDeclaration>>
}

/** Every component of the program's own, by name. */
export const builtInComponents: readonly (BuiltInComponent & { readonly name: keyof typeof makers })[] = [
  {
    name: 'data_test',
    description: 'Tests tables, and fails its step when a test of severity fail does not pass.',
    inputs: {
      tests: { type: 'uri_file', optional: false, description: 'A file of data tests.' },
      fail_on: {
        type: 'string',
        optional: true,
        default: 'fail',
        enum: ['fail', 'warn', 'never'],
        description: 'From which severity on a test that does not pass fails the step.',
      },
    },
    otherInputs: 'Any number of tables, under the names that the tests use: a file, a folder or an mltable.',
    outputs: dataTestOutputs(),
  },
]

/** What a step may say beside its tables. */
const dataTestSettings = ['tests', 'fail_on']

function dataTest({ inputs, located, place, mistakes }: Use): CommandComponent | undefined {
  if (!Object.hasOwn(inputs, 'tests')) {
    mistakes.report(
      place,
      'The built-in component "data_test" needs the input "tests", a file of data tests.',
      'For example: tests: {type: uri_file, path: ./tests.yml}',
    )
    return undefined
  }
  const tables = Object.keys(inputs).filter((name) => !dataTestSettings.includes(name))
  return {
    kind: 'command-component',
    ...{ located, tags: {}, properties: {}, inputs: {}, outputs: dataTestOutputs() },
    command: dataTestScript(tables),
    additionalIncludes: [],
    environmentVariables: {},
    resources: { instanceCount: 1 },
    // `fresh` asks the clock, and so may SQL; what did not change below it is reused all the same.
    isDeterministic: false,
  }
}

function dataTestOutputs(): Readonly<Record<string, OutputDeclaration>> {
  return {
    report: { type: 'uri_folder', description: 'results.json, junit.xml, and the failing rows of each test in rows/.' },
    passed: { type: 'boolean', description: 'Whether no test of severity fail failed.' },
  }
}

/**
 * Values come from the environment, so that none is read as shell text; an optional table without a value is left out.
 * Of a step that failed the outputs are not kept, but what is in ./outputs is: there the report says why it failed.
 */
function dataTestScript(tables: readonly string[]): string {
  return `set -- --report "$AZURE_ML_OUTPUT_report" --passed-to "$AZURE_ML_OUTPUT_passed" --fail-on "\${AZURE_ML_INPUT_fail_on:-fail}"
for name in ${tables.map((name) => `'${name}'`).join(' ')}; do
  if source=$(printenv "AZURE_ML_INPUT_$name"); then set -- "$@" --input "$name=$source"; fi
done
sluice data test "$AZURE_ML_INPUT_tests" "$@" || { code=$?; mkdir -p outputs; cp -R "$AZURE_ML_OUTPUT_report" outputs/; exit $code; }`
}
