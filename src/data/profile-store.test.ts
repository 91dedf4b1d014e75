import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Digest } from '../base/ids.ts'
import { findProfile, putProfile, type StoredProfile } from './profile-store.ts'

const profile: StoredProfile['profile'] = {
  format: 'csv',
  fileCount: 1,
  rowCount: 9_007_199_254_740_991,
  columns: [{ name: 'größe "x"', type: 'DOUBLE', kind: 'number', missingCount: 1 }],
  correlations: [{ first: 'a', second: 'b', r: null }],
}
const stored: StoredProfile = {
  ...{ digest: 'd1' as Digest, baseName: 'rides.csv', profile, createdMs: 1_800_000_000_000 },
}

databaseTest(
  'a profile is found by content and name, and made again it takes the place of the first',
  async (database) => {
    assert.equal(await findProfile(database.read, stored), undefined)
    await database.write((tables) => putProfile(tables, stored))
    assert.deepEqual(await findProfile(database.read, stored), stored)
    assert.equal(await findProfile(database.read, { ...stored, baseName: 'rides.tsv' }), undefined)
    const again = { ...stored, profile: { ...profile, rowCount: 2 }, createdMs: 1_800_000_000_001 }
    await database.write((tables) => putProfile(tables, again))
    assert.deepEqual(await findProfile(database.read, stored), again)
  },
)
