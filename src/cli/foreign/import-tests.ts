import { parse, stringify } from 'yaml'
import { SluiceError } from '../../base/errors.ts'
import { ofExpectations } from './great-expectations.ts'
import { ofPandera } from './pandera.ts'
import { fieldsOf } from './tests-found.ts'

/* Tests of other tools as ours: suites of Great Expectations (JSON) and schemas of pandera (the YAML of its to_yaml). */

export interface ImportedTests {
  /** A file of data tests. */
  readonly yaml: string
  /** What has no counterpart, in the other tool's words. */
  readonly notMapped: readonly string[]
}

/** Reads a suite or schema. Throws `invalid-document` for what is neither. */
export function importTests(text: string, { table }: { readonly table: string }): ImportedTests {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(table))
    throw new SluiceError('invalid-request', `--table is ${JSON.stringify(table)}, which cannot name a table.`, {
      hint: 'Use letters, digits and _, beginning with no digit.',
    })
  const document = fieldsOf(parsed(text))
  const found = Array.isArray(document['expectations'])
    ? ofExpectations(document['expectations'] as unknown[], table)
    : document['schema_type'] !== undefined || document['columns'] !== undefined
      ? ofPandera(document, table)
      : undefined
  if (found === undefined)
    throw new SluiceError(
      'invalid-document',
      'The file is neither a suite of Great Expectations nor a schema of pandera.',
      {
        hint: 'A suite is JSON with "expectations"; a schema is YAML with "schema_type: dataframe" and "columns".',
      },
    )
  const name = document['name'] ?? document['expectation_suite_name']
  const yaml = stringify({
    type: 'data_tests',
    ...(typeof name === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(name) && { name }),
    inputs: { [table]: `./${table}.csv` },
    tests: found.tests,
  })
  return { yaml, notMapped: found.notMapped }
}

function parsed(text: string): unknown {
  try {
    // Without words of the reader's own: keys of several levels are told as what is not mapped.
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    throw new SluiceError('invalid-document', 'The file is neither JSON nor YAML.', { cause: error })
  }
}
