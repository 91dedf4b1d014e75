import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { answeredRequest } from './observe.test-support.ts'
import { Histogram, prometheusText } from './prometheus-text.ts'
import { servingMetrics, type MeasuredDeployment } from './serving-metrics.ts'

const running = (deployment: string): MeasuredDeployment => ({
  ...{ endpoint: 'diabetes', deployment },
  status: { wanted: 2, ready: 1, waiting: 5, deaths: 4 },
  usage: { cpuSeconds: 1.25, memoryBytes: 1024 },
})

test('requests, errors, times, batches and workers are told per deployment', () => {
  const metrics = servingMetrics()
  metrics.observer(answeredRequest())
  metrics.observer(answeredRequest({ durationMs: 30 }))
  const error = new SluiceError('too-many-requests', '10 requests wait')
  metrics.observer(answeredRequest({ durationMs: 0.2, answer: { kind: 'refused', error } }))
  const meter = metrics.meterOf('diabetes', 'blue')
  meter.waited(2)
  meter.predicted([1, 20])
  meter.coldStart()
  const lines = prometheusText(metrics.families([running('blue')])).split('\n')
  const labels = 'endpoint="diabetes",deployment="blue"'
  for (const line of [
    '# TYPE sluice_requests_total counter',
    `sluice_requests_total{${labels},status="200"} 2`,
    `sluice_requests_total{${labels},status="429"} 1`,
    `sluice_request_errors_total{${labels},code="too-many-requests"} 1`,
    '# TYPE sluice_request_seconds histogram',
    `sluice_request_seconds_bucket{${labels},le="0.0005"} 1`,
    `sluice_request_seconds_bucket{${labels},le="0.005"} 2`,
    `sluice_request_seconds_bucket{${labels},le="+Inf"} 3`,
    `sluice_request_seconds_count{${labels}} 3`,
    `sluice_execution_seconds_sum{${labels}} 0.003`,
    `sluice_queue_seconds_bucket{${labels},le="0.0025"} 1`,
    `sluice_batch_rows_bucket{${labels},le="16"} 1`,
    `sluice_batch_rows_sum{${labels}} 21`,
    `sluice_cold_starts_total{${labels}} 1`,
    `sluice_queue_length{${labels}} 5`,
    `sluice_workers{${labels}} 2`,
    `sluice_workers_ready{${labels}} 1`,
    `sluice_worker_deaths_total{${labels}} 4`,
    `sluice_worker_cpu_seconds_total{${labels}} 1.25`,
    `sluice_worker_memory_bytes{${labels}} 1024`,
  ])
    assert.ok(lines.includes(line), `${line}\nis not in\n${lines.join('\n')}`)
})

test('a deployment that is gone is forgotten, and begins anew when it comes back', () => {
  const metrics = servingMetrics()
  metrics.observer(answeredRequest())
  assert.doesNotMatch(prometheusText(metrics.families([running('green')])), /blue/)
  assert.doesNotMatch(prometheusText(metrics.families([running('blue')])), /sluice_requests_total\{/)
})

test('the text is what the format says, whatever is in names and numbers', () => {
  const histogram = new Histogram([1])
  histogram.observe(1)
  histogram.observe(2)
  const text = prometheusText([
    { name: 'a', type: 'gauge', help: 'two\nlines \\', samples: [{ labels: { l: 'a "b"\n\\' }, value: Infinity }] },
    { name: 'h', type: 'histogram', help: 'H', samples: [{ labels: {}, histogram }] },
    { name: 'n', type: 'gauge', help: 'N', samples: [NaN, -Infinity].map((value) => ({ labels: {}, value })) },
    { name: 'none', type: 'gauge', help: 'Nothing', samples: [] },
  ])
  const expected = [
    ...['# HELP a two\\nlines \\\\', '# TYPE a gauge', 'a{l="a \\"b\\"\\n\\\\"} +Inf', '# HELP h H'],
    ...['# TYPE h histogram', 'h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', 'h_sum 3', 'h_count 2'],
    ...['# HELP n N', '# TYPE n gauge', 'n NaN', 'n -Inf', ''],
  ]
  assert.equal(text, expected.join('\n'))
})
