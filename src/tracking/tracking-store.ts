import type { Experiment, LoggedModel, Page, Run } from './entities.ts'
import { searchEvaluationDatasets, type EvaluationDatasetQuery } from './evaluation/evaluation-dataset-search.ts'
import { evaluationDatasetStore, type EvaluationDatasetStore } from './evaluation/evaluation-dataset-store.ts'
import type { EvaluationDataset } from './evaluation/evaluation-dataset.ts'
import { scorerStore, type ScorerStore } from './evaluation/scorer-store.ts'
import { experimentStore, type ExperimentStore } from './experiment-store.ts'
import { jobRuns, type JobRuns } from './job-runs.ts'
import { loggedModelStore, type LoggedModelStore } from './logged-model-store.ts'
import { readSeries, type Series, type SeriesQuery } from './metric-series.ts'
import { metricStore, type MetricStore } from './metric-store.ts'
import { runInputStore, type RunInputStore } from './run-inputs.ts'
import { runStore, type RunStore, type TrackingContext } from './run-store.ts'
import { searchExperiments, type ExperimentQuery } from './search/experiment-search.ts'
import { searchLoggedModels, type LoggedModelQuery } from './search/logged-model-search.ts'
import { type ChildQuery, countChildren } from './search/child-counts.ts'
import { compareRuns, type RunComparison } from './search/compare-runs.ts'
import { groupRuns, type GroupQuery, type RunGroup } from './search/run-groups.ts'
import { readRunKeys, type RunKeys } from './search/run-keys.ts'
import { countRuns, searchRuns, type RunQuery } from './search/run-search.ts'
import { searchRunTable, type RunTableQuery, type RunTableRow } from './search/run-table.ts'
import { correlateTraces, type TraceCorrelation } from './traces/trace-correlation.ts'
import { traceMetrics, type TraceMetricPoint, type TraceMetricsQuery } from './traces/trace-metrics.ts'
import { countTraces, searchTraces, type TraceFilter, type TraceQuery } from './traces/trace-search.ts'
import { traceStore, type TraceStore } from './traces/trace-store.ts'
import type { TraceInfo } from './traces/trace.ts'

/** Everything that is tracked. Reads see committed data; a write resolves when it is durable. */
export interface TrackingStore {
  readonly experiments: ExperimentStore
  readonly runs: RunStore
  readonly metrics: MetricStore
  readonly inputs: RunInputStore
  readonly loggedModels: LoggedModelStore
  readonly traces: TraceStore
  readonly evaluationDatasets: EvaluationDatasetStore
  readonly scorers: ScorerStore
  /** For the engine, inside its own transactions. */
  readonly jobRuns: JobRuns
  /** The curve of one metric for a chart, whatever the number of its points. */
  metricSeries(query: SeriesQuery): Promise<Series>
  searchExperiments(query: ExperimentQuery): Promise<Page<Experiment>>
  searchRuns(query: RunQuery): Promise<Page<Run>>
  /** The same page with only the values that are asked for by name. */
  searchRunTable(query: RunTableQuery): Promise<Page<RunTableRow>>
  countRuns(query: Pick<RunQuery, 'experimentIds' | 'filter' | 'view'>): Promise<number>
  /** How many runs are directly under each of some runs, in their order. */
  countChildren(query: ChildQuery): Promise<readonly number[]>
  /** What the runs of a search have in common by a param or tag. */
  groupRuns(query: GroupQuery): Promise<Page<RunGroup>>
  compareRuns(query: Parameters<typeof compareRuns>[1]): Promise<RunComparison>
  /** The names of what the runs of these experiments log. */
  runKeys(experimentIds: readonly string[]): Promise<RunKeys>
  searchLoggedModels(query: LoggedModelQuery): Promise<Page<LoggedModel>>
  searchTraces(query: TraceQuery): Promise<Page<TraceInfo>>
  countTraces(query: TraceFilter): Promise<number>
  searchEvaluationDatasets(query: EvaluationDatasetQuery): Promise<Page<EvaluationDataset>>
  traceMetrics(query: TraceMetricsQuery): Promise<readonly TraceMetricPoint[]>
  /** How much two filters go together among the traces of these experiments that meet `base`. */
  correlateTraces(
    experimentIds: readonly string[],
    filters: { readonly first: string; readonly second: string; readonly base?: string },
  ): Promise<TraceCorrelation>
}

export function trackingStore(context: TrackingContext): TrackingStore {
  const { database } = context
  return {
    experiments: experimentStore(context),
    runs: runStore(context),
    metrics: metricStore(context),
    inputs: runInputStore(context),
    loggedModels: loggedModelStore(context),
    traces: traceStore(context),
    evaluationDatasets: evaluationDatasetStore(context),
    scorers: scorerStore(context),
    jobRuns: jobRuns(context),
    metricSeries: (query) => readSeries(database, query),
    searchExperiments: (query) => searchExperiments(database, query),
    searchRuns: (query) => searchRuns(database, query),
    searchRunTable: (query) => searchRunTable(database, query),
    countRuns: (query) => countRuns(database, query),
    countChildren: (query) => countChildren(database, query),
    groupRuns: (query) => groupRuns(database, query),
    compareRuns: (query) => compareRuns(database, query),
    runKeys: (experimentIds) => readRunKeys(database, experimentIds),
    searchLoggedModels: (query) => searchLoggedModels(database, query),
    searchTraces: (query) => searchTraces(database, query),
    countTraces: (query) => countTraces(database, query),
    searchEvaluationDatasets: (query) => searchEvaluationDatasets(database, query),
    traceMetrics: (query) => traceMetrics(database, query),
    correlateTraces: (experimentIds, filters) => correlateTraces(database, experimentIds, filters),
  }
}
