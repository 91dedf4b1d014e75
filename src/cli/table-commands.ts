import type { CommandRow, OptionRow } from './command.ts'

const source: readonly [string, string] = [
  '<table>',
  'A file or folder, a data asset (NAME, NAME:VERSION, NAME@LABEL), or any reference.',
]
const rowsOption: OptionRow = { flags: '--rows <count>', sentence: 'So many rows (default 20).' }
const inputOption: OptionRow = {
  flags: '--input <name=table>',
  sentence: 'A table of the query and where it is, as above; may be repeated.',
  isRepeated: true,
}

/** Looking into data. */
export const tableCommands: readonly CommandRow[] = [
  {
    name: 'data profile',
    summary: 'Show what is in a table: types, missing values, quantiles, histograms, top values, correlations.',
    arguments: [source],
    completes: 'files',
    load: async () => (await import('./table-profile.ts')).profileData,
  },
  {
    name: 'data sample',
    summary: 'Show rows of a table: the first ones, or some at random.',
    arguments: [source],
    options: [rowsOption, { flags: '--seed <number>', sentence: 'Rows at random, the same ones for the same number.' }],
    completes: 'files',
    load: async () => (await import('./table-rows.ts')).sampleData,
  },
  {
    name: 'data diff',
    summary: 'Compare two tables: schema, missing values, and which columns drifted by how much.',
    arguments: [
      ['<reference>', 'The table to compare with: as in data profile.'],
      ['<current>', 'The table that may have drifted.'],
    ],
    options: [
      { flags: '--column <name>', sentence: 'Only this column; may be repeated.', isRepeated: true },
      {
        flags: '--number-metric <metric>',
        sentence:
          'normalized_wasserstein_distance (default), wasserstein_distance, two_sample_kolmogorov_smirnov_test, population_stability_index or jensen_shannon_distance.',
      },
      {
        flags: '--category-metric <metric>',
        sentence: 'jensen_shannon_distance (default), population_stability_index or pearsons_chi_squared_test.',
      },
      { flags: '--threshold <number>', sentence: 'From which effect on a column has drifted (default 0.1).' },
      {
        flags: '--mode <mode>',
        sentence: 'exact (default), bounded (a histogram first, exact where it does not decide) or evidently.',
      },
      { flags: '--fail-on-drift', sentence: 'Exits with 1 when at least half of the compared columns drifted.' },
    ],
    completes: 'files',
    load: async () => (await import('./table-diff.ts')).diffData,
  },
  {
    name: 'data query',
    summary: 'Ask one SELECT over tables; with --save its answer becomes a data asset.',
    arguments: [['[sql]', 'One SELECT in DuckDB’s words; with --save and without it the saved one is asked again.']],
    options: [
      inputOption,
      { ...rowsOption, sentence: 'At most so many rows are shown (default 1000).' },
      {
        flags: '--to <file>',
        sentence:
          'Writes the whole answer there, as .csv, .jsonl or .parquet by its name; a file of that name is replaced.',
      },
      { flags: '--save <name>', sentence: 'Keeps the query and its whole answer as a version of this data asset.' },
      {
        flags: '--chart <spec>',
        sentence:
          'With --save: draws the answer, e.g. kind=line,x=day,y=fare,series=zone (or JSON); "none" draws nothing; may be repeated.',
        isRepeated: true,
      },
    ],
    load: async () => (await import('./table-rows.ts')).queryData,
  },
  {
    name: 'query list',
    summary: 'List the queries that are kept with their answers.',
    options: [
      { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 50).' },
      { flags: '--page-token <token>', sentence: 'Goes on where an earlier list ended.' },
    ],
    load: async () => (await import('./saved-query.ts')).listQueries,
  },
  {
    name: 'query show',
    summary: 'Show a kept query, its charts, and with --points what they draw.',
    arguments: [['<name>', 'NAME, NAME:VERSION or NAME@LABEL of its data asset.']],
    options: [{ flags: '--points', sentence: 'Prints the points of its charts.' }],
    load: async () => (await import('./saved-query.ts')).showQuery,
  },
  {
    name: 'data test',
    summary: 'Ask the data tests of a YAML file; exits with 1 when one of severity fail does.',
    arguments: [['<file>', 'YAML file of type data_tests.']],
    options: [
      { ...inputOption, sentence: 'Another source for a table of the file; may be repeated.' },
      { flags: '--rows-to <folder>', sentence: 'Writes all failing rows there, a csv file for each test.' },
      { flags: '--junit <file>', sentence: 'Writes the results as JUnit has them.' },
      { flags: '--report <folder>', sentence: 'Writes results.json, junit.xml and the failing rows (in rows/) there.' },
      { flags: '--passed-to <file>', sentence: 'Writes true or false there: whether no test of severity fail failed.' },
      { flags: '--fail-on <what>', sentence: 'Exits with 1 on fail (default), on warn too, or never.' },
    ],
    completes: 'files',
    load: async () => (await import('./data-test.ts')).testData,
  },
  {
    name: 'data import-tests',
    summary: 'Make data tests of a Great Expectations suite or a pandera schema, and name what has no counterpart.',
    arguments: [['<file>', 'JSON of a suite, or YAML of a schema.']],
    options: [{ flags: '--table <name>', sentence: 'What the table is called (default: data).' }],
    completes: 'files',
    load: async () => (await import('./data-test.ts')).importDataTests,
  },
]
