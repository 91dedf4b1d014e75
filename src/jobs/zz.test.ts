import { test } from 'node:test'
import { openEngineLab } from './engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from './jobs.test-support.ts'
test('bench', async (t) => {
  const lab = await openEngineLab(t)
  const file = { type: 'uri_file', mode: 'rw_mount' } as const
  const n = 1000
  const plan = plannedPipeline(
    Array.from({ length: n }, (_, i) => {
      const ps = i < 50 ? [] : [i - 50, i - 50 + (i % 50 === 49 ? -49 : 1)]
      return commandStep('s' + i, {
        command: `echo ${i} > \${{outputs.o}}`,
        outputs: { o: file },
        parents: ps.map((p) => 's' + p) as never,
        inputs: Object.fromEntries(
          ps.map((p) => ['p' + p, { kind: 'output', type: 'uri_file', mode: 'ro_mount', step: 's' + p, output: 'o' }]),
        ) as never,
      })
    }),
  )
  for (let r = 0; r < 3; r++) {
    const c = process.cpuUsage(),
      t0 = performance.now()
    const res = await lab.run(plan)
    const u = process.cpuUsage(c)
    console.log(
      res.root.status,
      'wall',
      (performance.now() - t0).toFixed(0),
      'self cpu ms',
      ((u.user + u.system) / 1000).toFixed(0),
      'user',
      (u.user / 1000).toFixed(0),
      process.memoryUsage().rss >> 20,
    )
  }
})
