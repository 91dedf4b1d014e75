// npm run bench -- NAME: runs us and the peers in one go and prints ratios. Without a name: what there is.
const benches = {
  steps: 'CPU and rate of no-op steps against a bare spawn loop, make and ninja; the unchanged rerun of each',
  'steps --peers':
    'ours beside make, ninja, Snakemake, DVC, Luigi, Prefect, Dagster and Metaflow (all, or those named)',
  warm: 'a scikit-learn fit and 50 trials: new processes against forks of a warm interpreter',
  tracking: 'server CPU and p50 of tracking calls against a real mlflow server; --runs 100000: pages and memory',
  serving: "scoring beside mlflow models serve, MLServer, BentoML, FastAPI and Azure's server; --peers a,b --seconds N",
  crash: 'kill -9 of the server at every point and at random moments, over chains, grids, loops and sweeps',
  rollout: '50 changes of an endpoint under load: updates, rollouts, rollbacks, worker kills; requests failed (0)',
  scale: '10,000 steps: rate, memory, and whether a step costs more when there are many',
  history: 'runs and questions about jobs in a new store and in one with 100,000 earlier jobs; --jobs N',
  drift: 'drift of 20 columns beside Evidently and NannyML, at 100,000 rows and a million; ROWS=N,M',
  profile: "a table's statistics beside pandas' describe and ydata-profiling, at 100,000 rows and a million; ROWS=N,M",
  web: "the budgets of a browser's tab: sizes, 100,000 runs, a log of a gigabyte, 500 steps, a comparison; --store DIR",
  footprint: 'start to the first answer, idle memory, CPU of --version',
}
const [, , first, option] = process.argv
const name = first === 'steps' && option === '--peers' ? 'steps --peers' : first
if (name === undefined || !(name in benches)) {
  for (const [key, sentence] of Object.entries(benches)) console.log(`npm run bench -- ${key.padEnd(13)} ${sentence}`)
  process.exit(name === undefined ? 0 : 2)
}
await import(`./${name.replace(' --', '-')}.mjs`)
