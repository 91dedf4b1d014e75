/** Branded strings: an id of one kind cannot be passed for another. Made here and in parsers only. */
export type JobName = string & { readonly __brand: 'JobName' }
export type StepPath = string & { readonly __brand: 'StepPath' }
export type ExperimentId = string & { readonly __brand: 'ExperimentId' }
export type RunId = string & { readonly __brand: 'RunId' }
/** 64 lower-case hex digits of a SHA-256. */
export type Digest = string & { readonly __brand: 'Digest' }

/** A job's tracking record has the job's name as its id (design.md 3). */
export function runIdOf(job: JobName): RunId {
  return job as string as RunId
}

/** Random bytes, injected so that tests are repeatable. */
export type RandomBytes = (count: number) => Uint8Array

const hexDigits = '0123456789abcdef'

/** `byteCount` random bytes as lower-case hex, e.g. 16 for an MLflow run id. */
export function randomHex(random: RandomBytes, byteCount: number): string {
  let text = ''
  for (const byte of random(byteCount)) text += hexDigits[byte >> 4]! + hexDigits[byte & 15]!
  return text
}

const alphabet = 'bcdfghjklmnpqrstvwxyz0123456789'

/** `count` characters that are safe in file names, URLs and host names, without vowels. */
function randomWord(random: RandomBytes, count: number): string {
  let text = ''
  for (const byte of random(count)) text += alphabet[byte % alphabet.length]!
  return text
}

const adjectives = (
  'able amber brave bright brisk calm clear clever cool coral crisp deep eager early even fair fast fine firm fleet fond ' +
  'free fresh gentle glad golden good grand great green happy hardy honest humble keen kind lively loyal lucid lucky ' +
  'mellow merry mild modest neat nimble noble olive patient plain polite prime proud quick quiet rapid ready rosy ' +
  'sharp silver sleek smart smooth snug solid sound spry steady stout strong sunny sure sweet swift tidy true upbeat ' +
  'vivid warm wise witty worthy zesty'
).split(' ')
const nouns = (
  'acorn alder anchor apple arch ash aspen badger basin bay beach bean bear beech bell birch bird boat bridge brook ' +
  'canal carrot cedar cherry clover cove crane creek crow dale deer delta dove elm falcon fern finch fjord flint forest ' +
  'fox garden gate glade grove gull harbor hare hawk hazel heron hill ibis iris ivy jay juniper kelp kite lake lark ' +
  'leaf lemon lily linden lock maple marsh meadow mill moss oak oasis olive orchid otter owl palm pear pebble pine ' +
  'plum pond poplar quail quartz raven reed reef ridge river robin rose sage sail sand shore sluice spruce stone ' +
  'stream swan thyme tide trout tulip vale valley wave weir willow wren yew'
).split(' ')

function pick(words: readonly string[], random: RandomBytes): string {
  const [high, low] = random(2) as unknown as [number, number]
  return words[(high * 256 + low) % words.length]!
}

/** A job name as Azure ML makes them: `<adjective>_<noun>_<10 characters>`. */
export function newJobName(random: RandomBytes): JobName {
  return `${pick(adjectives, random)}_${pick(nouns, random)}_${randomWord(random, 10)}` as JobName
}

/** A run name as MLflow makes them: `adjective-noun-NNN`, at most 20 characters. */
export function newRunName(random: RandomBytes): string {
  const [high, low] = random(2) as unknown as [number, number]
  const number = (high * 256 + low) % 1000
  return `${pick(adjectives, random)}-${pick(nouns, random)}-${number}`.slice(0, 20)
}
