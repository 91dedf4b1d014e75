import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SparkSubmission } from '../spec/documents.ts'
import { sparkCommand } from './spark-command.ts'

function commandFor(spark: Partial<SparkSubmission>): ReturnType<typeof sparkCommand> {
  const whole = { entry: { file: 'a.py' }, pyFiles: [], jars: [], files: [], archives: [], conf: {}, ...spark }
  return sparkCommand({ spark: whole, additionalIncludes: [] } as unknown as Parameters<typeof sparkCommand>[0])
}

test('a local Spark has as many threads as the executors that are asked for have cores', () => {
  const threads = (conf: SparkSubmission['conf']): string =>
    /local\[[^\]]+\]/.exec(commandFor({ conf }).command)?.[0] ?? 'no master'
  assert.equal(threads({}), 'local[*]')
  assert.equal(threads({ 'spark.executor.cores': '2', 'spark.executor.instances': '3' }), 'local[6]')
  const dynamic = { 'spark.dynamicAllocation.enabled': 'True', 'spark.dynamicAllocation.maxExecutors': '4' }
  assert.equal(threads({ 'spark.executor.cores': '2', 'spark.executor.instances': '1', ...dynamic }), 'local[8]')
  const off = { ...dynamic, 'spark.dynamicAllocation.enabled': 'false', 'spark.executor.instances': '1' }
  assert.equal(threads(off), 'local[1]')
})

test('only a local Spark is held to the loopback address: executors elsewhere have to reach their driver', () => {
  const isHeld = (conf: SparkSubmission['conf']): boolean => commandFor({ conf }).command.includes('SPARK_LOCAL_IP')
  assert.deepEqual([{}, { 'spark.master': 'local[2]' }, { 'spark.master': 'spark://host:7077' }].map(isHeld), [
    true,
    true,
    false,
  ])
})

test('without an environment, one is made in which pandas on Spark of that version works', () => {
  const packages = (runtimeVersion?: string): unknown => {
    const { environment } = commandFor(runtimeVersion === undefined ? {} : { runtimeVersion })
    assert(environment.kind === 'inline' && 'conda' in environment.environment)
    const { dependencies } = (environment.environment.conda as { content: { dependencies: unknown[] } }).content
    return (dependencies[1] as { pip: unknown }).pip
  }
  assert.deepEqual(packages('3.4.0'), ['pyspark[pandas_on_spark]==3.4.0.*', 'pandas<2', 'numpy<2', 'pyarrow<18'])
  assert.deepEqual(packages('3.5'), ['pyspark[pandas_on_spark]==3.5.*', 'pandas<2.2', 'numpy<2', 'pyarrow<18'])
  assert.deepEqual(packages('4.0'), ['pyspark[pandas_on_spark]==4.0.*', 'pandas<3'])
  assert.deepEqual(packages(), ['pyspark[pandas_on_spark]', 'pandas<3'])
})
