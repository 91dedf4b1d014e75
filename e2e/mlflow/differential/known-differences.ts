import type { Difference } from './comparable.ts'

/** Where we answer differently on purpose. Each has its reason; anything else is a defect of ours. */
export const knownDifferences: readonly {
  readonly reason: string
  readonly applies: (difference: Difference) => boolean
}[] = [
  {
    reason: 'MLflow answers 500 to its own failures: we never do to what a client sent.',
    applies: ({ theirs, ours }) => theirs.status === 500 && ours.status < 500,
  },
  {
    reason:
      "MLflow passes on its database's and its libraries' own errors (duplicate tags, unset order): we do what was asked or say what is wrong.",
    applies: ({ theirs, texts }) =>
      theirs.status === 400 && (errorCode(theirs) === 'BAD_REQUEST' || /sqlite3\./.test(String(texts[1]))),
  },
  {
    reason: 'A value of the wrong type ends the reading of the message in MLflow, unnoticed: we refuse it.',
    applies: ({ ours, theirs, texts }) =>
      ours.status === 400 &&
      (theirs.status !== 400 || /order_by\[/.test(String(texts[0]))) &&
      /Valid values are|Hint: Value was of type|required parameter '\w+\[\d+\](\.\w+)?'/.test(String(texts[0])),
  },
  {
    reason:
      'Keys of new runs and models over 250 characters: SQLite takes them, every other database of MLflow does not.',
    applies: ({ texts }) => /key' exceeds the maximum length of 250/.test(String(texts[0])),
  },
  {
    reason: 'Values of new runs and models are cut like all others; with SQLite, MLflow forgets to.',
    applies: ({ ours, theirs, call }) =>
      ours.status === theirs.status &&
      /v{5000}/.test(JSON.stringify(call.body ?? '')) &&
      /v{5000}/.test(JSON.stringify(theirs.body)),
  },
  {
    reason: 'Two searches take max_results below 1, and then give empty pages with a token for ever.',
    applies: ({ call, ours }) =>
      /(registered|logged)-models\/search$/.test(call.path) &&
      ours.status === 400 &&
      Number(valueOf(call, 'max_results')) < 1,
  },
  {
    reason: 'A dangling AND is an empty clause to MLflow.',
    applies: ({ ours, texts, call }) =>
      ours.status === 400 && /AND\s*$|^\s*AND|AND\s+AND/i.test(filterOf(call)) && /Invalid/.test(String(texts[0])),
  },
  {
    reason:
      'A body that is not JSON is an empty message to MLflow; where nothing is required it then answers as if all was well.',
    applies: ({ ours, theirs, texts }) =>
      ours.status === 400 && theirs.status !== 400 && /not JSON|not a JSON object/.test(String(texts[0])),
  },
  {
    reason:
      'We refuse bodies of other types than JSON everywhere (a foreign page may send text/plain); MLflow on most calls.',
    applies: ({ ours, texts }) => ours.status === 400 && /^Bad Request\. Content-Type/.test(String(texts[0])),
  },
  {
    reason: 'Artifact paths with empty parts (a//b) or parts that end in a dot or a space are refused.',
    applies: ({ ours, texts }) => ours.status === 400 && /empty part|ends in a dot or a space/.test(String(texts[0])),
  },
  {
    reason: 'Operators in lower case, which MLflow takes in some searches, are taken in all.',
    applies: ({ theirs, call, texts }) =>
      theirs.status === 400 && /comparator/.test(String(texts[1])) && /\b(like|iLike|in|is n)/.test(filterOf(call)),
  },
  {
    reason: 'Refusals of /get-artifact are JSON here, pages for people there.',
    applies: ({ ours, theirs, call }) => call.path === '/get-artifact' && ours.status >= 400 && theirs.status >= 400,
  },
  {
    reason: 'A text compared with a number is refused in every search; among logged models MLflow compares them.',
    applies: ({ ours, call, texts }) =>
      call.path.endsWith('logged-models/search') &&
      ours.status === 400 &&
      /^Expected a quoted string|^Parameter value is either/.test(String(texts[0])),
  },
  {
    reason:
      'A metric of a logged model that is wrong in two respects: we look at its name first, as for other metrics.',
    applies: ({ ours, theirs, call }) =>
      call.path.endsWith('/log-metric') &&
      valueOf(call, 'model_id') !== undefined &&
      ours.status === 400 &&
      theirs.status === 404,
  },
  {
    reason: 'An artifact location with ".." is refused.',
    applies: ({ ours, texts }) => ours.status === 400 && /An artifact location cannot hold/.test(String(texts[0])),
  },
  {
    reason: 'A filter of nothing but blanks is no filter.',
    applies: ({ ours, call }) => ours.status === 200 && /^\s+$/.test(filterOf(call)),
  },
  {
    reason:
      'A known path with another method is 404, as every call we do not have, not 405: clients fall back on that.',
    applies: ({ ours, theirs }) => ours.status === 404 && theirs.status === 405,
  },
  {
    reason: 'Folders exist while they hold files; MLflow lists those it made for uploads that failed or were deleted.',
    applies: ({ call, ours, theirs }) =>
      call.path.endsWith('/mlflow-artifacts/artifacts') &&
      ours.status === 200 &&
      theirs.status === 200 &&
      (call.query?.['path'] ?? '') === '',
  },
  {
    reason: 'A dataset of a search that names no digest means all of its digests; in MLflow none.',
    applies: ({ call }) => JSON.stringify(valueOf(call, 'datasets') ?? '').includes('"dataset_name":"d1"}'),
  },
  {
    reason: 'A folder is not a file, so downloading one is 404; MLflow answers 400.',
    applies: ({ call, ours, theirs }) =>
      call.path.includes('/mlflow-artifacts/') && ours.status === 404 && theirs.status === 400,
  },
  {
    reason: 'A page has at most 50,000 logged models, as it has of runs.',
    applies: ({ call, ours, texts }) =>
      call.path.endsWith('logged-models/search') && ours.status === 400 && /at most 50000/.test(String(texts[0])),
  },
  {
    reason:
      'A version that is refused for two reasons: its name, its number and its tags are looked at in another order.',
    applies: ({ call, ours, theirs, texts }) =>
      call.path.includes('/model-versions/') &&
      ours.status >= 400 &&
      theirs.status >= 400 &&
      texts.some((text) => /parameter 'key'|parameter 'name'|Invalid model name/.test(String(text))),
  },
  {
    reason: 'Calls on one logged model: MLflow wants the id of the path in the body as well.',
    applies: ({ call, texts }) =>
      call.path.includes('/logged-models/') && /parameter 'model_id'/.test(String(texts[1])),
  },
]

function errorCode({ body }: Difference['ours']): unknown {
  return (body as { error_code?: unknown }).error_code
}

function filterOf(call: Difference['call']): string {
  return String(valueOf(call, 'filter') ?? '')
}

function valueOf({ body, query }: Difference['call'], field: string): unknown {
  return ((body ?? query) as Readonly<Record<string, unknown>> | undefined)?.[field]
}
