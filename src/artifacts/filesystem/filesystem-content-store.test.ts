import { databaseTest } from '../../../test/database.test-support.ts'
import { openContentLab } from '../content-lab.test-support.ts'
import { contentStoreContract } from '../content-store.contract.ts'

contentStoreContract((name, body) =>
  databaseTest(name, async (database, t) => {
    const { store } = openContentLab(database, t)
    await body(store, t)
    await store.close()
  }),
)
