// The order of the house: a folder may import only folders further down this list.
const layers = [
  'cli',
  'main',
  'adapters',
  'config',
  'protocols',
  'server',
  'release',
  'triggers',
  'monitoring',
  'packaging',
  'serving',
  'jobs',
  'compute',
  'environments',
  'registry',
  'features',
  'data',
  'tracking',
  'cost',
  'assets',
  'artifacts',
  'access',
  'events',
  'statistics',
  'processes',
  'database',
  'plan',
  'spec',
  'base',
]
// And of the web application.
const webLayers = ['main', 'app', 'pages', 'components', 'keyboard', 'api', 'messages', 'preferences']
const atWeb = (layer) => `^web/src/${layer}(/|[.]tsx?$)`
const ports = 'compute|environments|artifacts|database|data'
const at = (layer) => `^src/${layer}(/|[.]ts$)`

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Types count: move what both need down.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...layers.slice(1).map((layer, i) => ({
      name: `${layer}-looks-down`,
      severity: 'error',
      from: { path: at(layer) },
      to: {
        path: layers
          .slice(0, i + 1)
          .map(at)
          .join('|'),
      },
    })),
    {
      name: 'known-folder',
      comment: 'Add the folder to `layers`.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: layers.map(at).join('|') },
    },
    {
      name: 'adapters-only-from-adapters.ts',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `^src/adapters[.]ts$|^src/(${ports})/[^/]+/|[.](test|test-support|contract)[.]ts$`,
      },
      to: { path: `^src/(${ports})/[^/]+/`, pathNot: '^src/database/migrations/' },
    },
    {
      name: 'adapters-do-not-meet',
      severity: 'error',
      from: { path: `^src/(${ports})/([^/]+)/` },
      to: { path: '^src/$1/[^/]+/', pathNot: '^src/$1/$2/' },
    },
    {
      name: 'pure',
      comment: 'base, spec and plan see no machine.',
      severity: 'error',
      from: { path: '^src/(base|spec|plan)/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/yaml/' },
    },
    {
      name: 'cli-talks-rest',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/', pathNot: '^src/(cli|spec|base)/|^src/(main|main/local-tables|config)[.]ts$' },
    },
    {
      name: 'protocols-hold-no-sql',
      severity: 'error',
      from: { path: '^src/protocols/' },
      to: { path: '^src/database/' },
    },
    ...webLayers.slice(1).map((layer, i) => ({
      name: `web-${layer}-looks-down`,
      severity: 'error',
      from: { path: atWeb(layer) },
      to: {
        path: webLayers
          .slice(0, i + 1)
          .map(atWeb)
          .join('|'),
      },
    })),
    {
      name: 'web-known-folder',
      comment: 'Add the folder to `webLayers`.',
      severity: 'error',
      from: {},
      to: { path: '^web/src/', pathNot: [...webLayers.map(atWeb), '^web/src/(style/|api[.]gen[.]ts)'].join('|') },
    },
    {
      name: 'web-asks-by-http',
      comment: 'web/src/api.gen.ts has the types of what the server answers.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/' },
    },
    {
      name: 'web-pages-do-not-meet',
      comment: 'What two pages need is a component.',
      severity: 'error',
      from: { path: '^web/src/pages/([^/]+)/' },
      to: { path: '^web/src/pages/[^/]+/', pathNot: '^web/src/pages/$1/' },
    },
    { name: 'e2e-is-a-stranger', severity: 'error', from: { path: '^e2e/' }, to: { path: '^src/' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
