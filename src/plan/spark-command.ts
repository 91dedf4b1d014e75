import { shellWord } from '../base/shell-word.ts'
import type { EnvironmentChoice } from '../spec/document-parts.ts'
import type { CommandBody, SparkBody, SparkSubmission } from '../spec/documents.ts'

/**
 * What runs a Spark job or component: the environment's own `spark-submit`, in local mode. `own` is what a step says on
 * top of its component.
 */
export function sparkCommand(
  { spark, environment }: SparkBody,
  own: Partial<SparkSubmission> = {},
): Required<Pick<CommandBody, 'command' | 'environment'>> {
  const merged = { ...spark, ...own, conf: { ...spark.conf, ...own.conf } }
  return { command: submitCommand(merged), environment: environment ?? defaultEnvironment(merged.runtimeVersion) }
}

/** Says what is missing, as far as one line can: without it bash only knows that there is no such command. */
const needsSpark =
  'command -v spark-submit > /dev/null || { echo "There is no spark-submit in the environment: add pyspark to it, and Java to the machine." >&2; exit 127; }'

function submitCommand({ entry, pyFiles, jars, files, archives, conf, args }: SparkSubmission): string {
  const isFile = 'file' in entry
  // A class has no file of its own to submit: it is in the first of the jars.
  const [application, others] = isFile ? [entry.file, jars] : [jars[0] ?? '', jars.slice(1)]
  const list = (flag: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [flag, shellWord(names.join(','))]
  const words = [
    'spark-submit',
    ...(Object.hasOwn(conf, 'spark.master') ? [] : ['--master', shellWord(localMaster(conf))]),
    ...Object.entries(conf).flatMap(([name, value]) => ['--conf', shellWord(`${name}=${value}`)]),
    ...list('--py-files', pyFiles),
    ...list('--jars', others),
    ...list('--files', files),
    ...list('--archives', archives),
    ...(isFile ? [] : ['--class', shellWord(entry.className)]),
    shellWord(application),
    ...(args === undefined ? [] : [args]),
  ]
  const isLocal = conf['spark.master']?.startsWith('local') ?? true
  return [needsSpark, ...(isLocal ? [onLoopback] : []), `exec ${words.join(' ')}`].join('\n')
}

/** Spark's own ports, its page among them, are nobody else's: it would bind them to every address of the machine. */
const onLoopback = 'export SPARK_LOCAL_IP="${SPARK_LOCAL_IP:-127.0.0.1}"'

/** As many threads as the executors that were asked for have cores together; every core where that is not said. */
function localMaster(conf: SparkSubmission['conf']): string {
  const cores = Number(conf['spark.executor.cores'] ?? 1)
  const isDynamic = conf['spark.dynamicAllocation.enabled']?.toLowerCase() === 'true'
  const most = isDynamic ? conf['spark.dynamicAllocation.maxExecutors'] : undefined
  const executors = Number(most ?? conf['spark.executor.instances'])
  const threads = cores * executors
  return Number.isInteger(threads) && threads >= 1 ? `local[${threads}]` : 'local[*]'
}

/**
 * Azure's Spark pools bring Spark along, with pandas on Spark and what it needs; here `runtime_version` says which pyspark
 * is put into an environment. pyspark itself has no upper bounds, and does not run with what came after it: these do.
 */
function defaultEnvironment(version: string | undefined): EnvironmentChoice {
  const exact = version === undefined ? '' : `==${version}.*`
  const [major = Infinity, minor = 0] = (version ?? '').split('.').filter(Boolean).map(Number)
  const isBefore = (bound: number): boolean => major + minor / 1000 < bound
  const pandas = isBefore(3.005) ? 'pandas<2' : isBefore(4) ? 'pandas<2.2' : 'pandas<3'
  const pip = [
    `pyspark[pandas_on_spark]${exact}`,
    pandas,
    // Later ones of pyarrow ask for numpy 2.
    ...(isBefore(4) ? ['numpy<2', 'pyarrow<18'] : []),
  ]
  return { kind: 'inline', environment: { conda: { content: { dependencies: ['python=3.11', { pip }] } } } }
}
