import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SingleFlight } from './single-flight.ts'

test('calls for one key while it is under way share the work, the result and all lines', async () => {
  const flights = new SingleFlight<string>()
  const gate = Promise.withResolvers<string>()
  let works = 0
  let tell: (line: string) => void = () => assert.fail('not started')
  const work = (log: (line: string) => void): Promise<string> => {
    works++
    tell = log
    log('one')
    return gate.promise
  }
  const [first, second]: [string[], string[]] = [[], []]
  const a = flights.run('key', work, (line) => first.push(line))
  const b = flights.run('key', work, (line) => second.push(line))
  tell('two')
  gate.resolve('built')
  assert.deepEqual(await Promise.all([a, b]), ['built', 'built'])
  assert.equal(works, 1)
  assert.deepEqual(first, ['one', 'two'])
  assert.deepEqual(second, ['one', 'two'])
})

test('other keys run on their own, and a failure is forgotten once it was reported', async () => {
  const flights = new SingleFlight<string>()
  const failing = flights.run(
    'key',
    () => Promise.reject(new Error('no')),
    () => undefined,
  )
  const other = flights.run(
    'other',
    () => Promise.resolve('yes'),
    () => undefined,
  )
  await assert.rejects(failing, /no/)
  assert.equal(await other, 'yes')
  assert.equal(
    await flights.run(
      'key',
      () => Promise.resolve('again'),
      () => undefined,
    ),
    'again',
  )
})

test('settled waits for everything under way, failures included', async () => {
  const flights = new SingleFlight<void>()
  const gate = Promise.withResolvers<void>()
  const order: string[] = []
  const failing = flights
    .run(
      'key',
      () => gate.promise,
      () => undefined,
    )
    .catch(() => order.push('failed'))
  const settled = flights.settled().then(() => order.push('settled'))
  gate.reject(new Error('no'))
  await Promise.all([failing, settled])
  assert.deepEqual(order.sort(), ['failed', 'settled'])
})
