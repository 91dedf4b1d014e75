import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type {
  BuiltEnvironment,
  EnvironmentBuilder,
  EnvironmentLock,
  EnvironmentRequest,
} from './environment-builder.ts'

/** What the contract needs of a builder under test; every lab has a store of its own. */
export interface EnvironmentBuilderLab {
  readonly builder: EnvironmentBuilder
  /** Another builder on the same store, as a second server or a restarted one has it. */
  reopened(): EnvironmentBuilder
  /** Asks for the package `six`, unpinned. */
  readonly six: EnvironmentRequest
  /** Asks for `six` and `iniconfig`. */
  readonly sixAndMore: EnvironmentRequest
  /** Asks for `six` with another Python; absent where the machine has only one. */
  readonly sixOnOtherPython?: EnvironmentRequest
  /** Runs Python code inside the environment with PYTHONDONTWRITEBYTECODE=1 and returns what it prints. */
  run(built: BuiltEnvironment, code: string): Promise<string>
  /** How many times tools have really built something in this lab's store. */
  realBuilds(): number
  /** Starts a build in another process and kills that with SIGKILL as soon as it has logged a line that starts with `line`. */
  killBuildAt(lock: EnvironmentLock, line: string): Promise<void>
  close(): Promise<void>
}

/**
 * Registers the tests that every environment builder must pass. `linesBeforeCompletion` are the starts of log lines
 * after which a build is not complete yet: it is killed at each of them.
 */
export function environmentBuilderContract(
  name: string,
  openLab: () => Promise<EnvironmentBuilderLab>,
  linesBeforeCompletion: readonly string[],
): void {
  describe(`${name} keeps the contract of environment builders:`, () => {
    const labs: EnvironmentBuilderLab[] = []
    const open = async (): Promise<EnvironmentBuilderLab> => {
      const lab = await openLab()
      labs.push(lab)
      return lab
    }
    after(async () => {
      for (const lab of labs) await lab.close()
    })
    const silent = (): void => undefined

    test('a lock names exact versions, one per line, and its Python and platform', async () => {
      const lab = await open()
      const lock = await lab.builder.lock(lab.sixAndMore)
      const lines = lock.requirements.trimEnd().split('\n')
      assert.deepEqual(lines, [...lines].sort())
      assert.ok(lines.some((line) => /^six==\d/.test(line)) && lines.some((line) => /^iniconfig==\d/.test(line)))
      assert.match(lock.python, /^3\.\d+$/)
      assert.match(lock.platform, /^[a-z0-9]+-\w+/)
      assert.match(lock.digest, /^[0-9a-f]{64}$/)
    })

    test('the same request has the same lock, also for another builder on the same store', async () => {
      const lab = await open()
      const first = await lab.builder.lock(lab.six)
      assert.deepEqual(await lab.builder.lock(lab.six), first)
      assert.deepEqual(await lab.reopened().lock(lab.six), first)
    })

    test('many requests for one lock at once agree', async () => {
      const lab = await open()
      const builders = [lab.builder, lab.reopened(), lab.builder]
      const locks = await Promise.all(builders.map((builder) => builder.lock(lab.six)))
      assert.equal(new Set(locks.map(({ digest }) => digest)).size, 1)
    })

    test('other packages have another digest', async () => {
      const lab = await open()
      const [one, other] = [await lab.builder.lock(lab.six), await lab.builder.lock(lab.sixAndMore)]
      assert.notEqual(one.digest, other.digest)
    })

    test('another Python has another digest', async (context) => {
      const lab = await open()
      if (lab.sixOnOtherPython === undefined) return context.skip('this machine has one Python only')
      const [one, other] = [await lab.builder.lock(lab.six), await lab.builder.lock(lab.sixOnOtherPython)]
      assert.notEqual(other.python, one.python)
      assert.notEqual(other.digest, one.digest)
    })

    test('no environment at all has a constant digest, is built already and adds nothing to PATH', async () => {
      const lab = await open()
      const lock = await lab.builder.lock({ kind: 'none' })
      assert.equal((await lab.reopened().lock({ kind: 'none' })).digest, lock.digest)
      assert.equal(await lab.builder.isBuilt(lock), true)
      const built = await lab.builder.build(lock, silent)
      assert.deepEqual(built, { digest: lock.digest, path: [], variables: {}, python: 'python3' })
      assert.equal(lab.realBuilds(), 0)
    })

    test('what is built runs with the packages of the lock', async () => {
      const lab = await open()
      const lock = await lab.builder.lock(lab.six)
      assert.equal(await lab.builder.isBuilt(lock), false)
      const built = await lab.builder.build(lock, silent)
      assert.equal(await lab.builder.isBuilt(lock), true)
      assert.equal(built.digest, lock.digest)
      const version = await lab.run(built, 'import six; print(six.__version__)')
      assert.ok(lock.requirements.includes(`six==${version}\n`), `${version} is not in ${lock.requirements}`)
      assert.equal(await lab.run(built, 'import sys; print("%d.%d" % sys.version_info[:2])'), lock.python)
    })

    test('packages are compiled to bytecode before anything imports them', async () => {
      const lab = await open()
      const built = await lab.builder.build(await lab.builder.lock(lab.six), silent)
      const code = 'import importlib.util as u, os; print(os.path.exists(u.find_spec("six").cached))'
      assert.equal(await lab.run(built, code), 'True')
    })

    test('builds asked for many times at once happen once, and everyone gets the result and the progress', async () => {
      const lab = await open()
      const lock = await lab.builder.lock(lab.six)
      const logs = Array.from({ length: 5 }, (): string[] => [])
      const builder = (index: number): EnvironmentBuilder => (index < 4 ? lab.builder : lab.reopened())
      const built = await Promise.all(
        logs.map((lines, index) => builder(index).build(lock, (line) => lines.push(line))),
      )
      assert.equal(new Set(built.map((one) => JSON.stringify(one))).size, 1)
      assert.equal(lab.realBuilds(), 1)
      for (const lines of logs) assert.ok(lines.length > 0)
    })

    test('what is built is not built again, by nobody', async () => {
      const lab = await open()
      const lock = await lab.builder.lock(lab.six)
      const first = await lab.builder.build(lock, silent)
      const lines: string[] = []
      assert.deepEqual(await lab.builder.build(lock, (line) => lines.push(line)), first)
      assert.deepEqual(await lab.reopened().build(lock, (line) => lines.push(line)), first)
      assert.deepEqual(lines, [])
      assert.equal(lab.realBuilds(), 1)
    })

    for (const line of linesBeforeCompletion) {
      test(`a build killed at "${line}" is never used, and the next one works`, async () => {
        const lab = await open()
        const lock = await lab.builder.lock(lab.six)
        await lab.killBuildAt(lock, line)
        assert.equal(await lab.builder.isBuilt(lock), false)
        const built = await lab.builder.build(lock, silent)
        assert.match(await lab.run(built, 'import six; print(six.__version__)'), /^\d/)
      })
    }

    test('what cannot be resolved fails as environment-failed with the words of the resolver', async () => {
      const lab = await open()
      const impossible: EnvironmentRequest = { kind: 'requirements', lines: ['six==0.0.99999'] }
      await assert.rejects(lab.builder.lock(impossible), (error) => {
        assert.ok(error instanceof SluiceError)
        assert.equal(error.code, 'environment-failed')
        assert.match(error.message, /six==0\.0\.99999/)
        assert.notEqual(error.hint ?? '', '')
        return true
      })
    })

    test('a failed build can be tried again and leaves nothing that counts as built', async () => {
      const lab = await open()
      const lock = await lab.builder.lock(lab.six)
      const broken = {
        ...lock,
        digest: lock.digest.replaceAll('a', 'b') as typeof lock.digest,
        requirements: 'six==0.0.99999\n',
      }
      for (let time = 1; time <= 2; time++) {
        await assert.rejects(lab.builder.build(broken, silent), { code: 'environment-failed' })
        assert.equal(await lab.builder.isBuilt(broken), false)
      }
    })
  })
}
