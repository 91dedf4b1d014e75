import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoText, timeZone, zonedText } from './time-zone.ts'

test('a zone knows what its clocks show and when they show it', () => {
  const paris = timeZone('Europe/Paris')!
  const summer = Date.parse('2026-07-01T10:00:00Z')
  assert.equal(isoText(paris.localOf(summer)), '2026-07-01T12:00:00')
  assert.deepEqual(paris.momentsOf(Date.parse('2026-07-01T12:00:00Z')), [summer])
  assert.equal(paris.momentsOf(Date.parse('2026-10-25T02:30:00Z')).length, 2)
  assert.deepEqual(paris.momentsOf(Date.parse('2026-03-29T02:30:00Z')), [])
  assert.equal(zonedText(paris, paris.firstMomentFrom(Date.parse('2026-03-29T02:30:00Z'))), '2026-03-29T03:00:00+02:00')
})

test('names that nobody knows are no zones', () => {
  assert.equal(timeZone('Europe/Pari'), undefined)
  assert.equal(timeZone(''), undefined)
})

test('distances from UTC are written west and east, with minutes', () => {
  const atMs = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(zonedText(timeZone('UTC')!, atMs), '2026-01-01T00:00:00Z')
  assert.equal(zonedText(timeZone('America/St_Johns')!, atMs), '2025-12-31T20:30:00-03:30')
  assert.equal(zonedText(timeZone('Asia/Kathmandu')!, atMs), '2026-01-01T05:45:00+05:45')
})

test('years before the common era, and more moments than are remembered', () => {
  const utc = timeZone('UTC')!
  const longAgo = -62_198_755_200_000
  assert.equal(utc.localOf(longAgo), longAgo)
  for (let index = 0; index < 10_050; index++) assert.equal(utc.localOf(index * 1000), index * 1000)
})
