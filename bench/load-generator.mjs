// A closed loop of HTTP/1.1 connections on raw sockets, in a process of its own: each sends its next request when it
// has read its answer. argv: JSON {port, path, headers, bodies, connections, seconds}; prints JSON. Every answer must
// have status 200 and, for the same body, the text that the first had.
import { connect } from 'node:net'

const { port, path, headers, bodies, encoding = 'utf8', connections, seconds } = JSON.parse(process.argv[2])
const requests = bodies.map((text) => {
  const body = Buffer.from(text, encoding)
  const lines = Object.entries({ ...headers, 'content-length': body.length })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${head}\r\n`), body])
})
const known = new Map()
const micros = []
const failures = []
let last = performance.now()
const start = last
const end = start + seconds * 1000

/** The status and the body of the answer that `buffer` starts with, and its length; undefined while it is not whole. */
function answerIn(buffer) {
  const headBytes = buffer.indexOf('\r\n\r\n') + 4
  if (headBytes === 3) return undefined
  const head = buffer.latin1Slice(0, headBytes)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  const status = Number(head.slice(9, 12))
  if (length !== null) {
    const bytes = headBytes + Number(length[1])
    return buffer.length < bytes ? undefined : { status, bytes, text: buffer.toString(encoding, headBytes, bytes) }
  }
  // The peers that send in chunks send one and the end.
  const tail = buffer.indexOf('\r\n0\r\n\r\n', headBytes - 2)
  if (tail < 0) return undefined
  const text = buffer.utf8Slice(buffer.indexOf('\r\n', headBytes) + 2, tail)
  return { status, bytes: tail + 7, text }
}

function work(number) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let next = number
    let sent = 0
    let index = 0
    let rest
    const ask = () => {
      index = next++ % requests.length
      sent = performance.now()
      socket.write(requests[index])
    }
    socket.on('connect', ask)
    socket.on('error', (error) => failures.push(String(error)))
    socket.on('close', resolve)
    socket.on('data', (chunk) => {
      rest = rest === undefined ? chunk : Buffer.concat([rest, chunk])
      const answer = answerIn(rest)
      if (answer === undefined) return
      rest = undefined
      last = performance.now()
      micros.push((last - sent) * 1000)
      if (!known.has(index)) known.set(index, answer.text)
      // Some put an id or a time into each answer: those are compared by their predictions, by whoever started this.
      if (answer.status !== 200) failures.push(`${answer.status} ${answer.text.slice(0, 300)}`)
      if (last < end && failures.length < 10) ask()
      else socket.end()
    })
  })
}

await Promise.all(Array.from({ length: connections }, (_, number) => work(number)))
micros.sort((left, right) => left - right)
const quantile = (share) => micros[Math.min(micros.length - 1, Math.floor(micros.length * share))] / 1000
console.log(
  JSON.stringify({
    count: micros.length,
    seconds: (last - start) / 1000,
    p50: quantile(0.5),
    p99: quantile(0.99),
    ownCpu: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    failures: failures.slice(0, 3),
    answers: [...known].sort(([one], [other]) => one - other).map(([, text]) => text),
  }),
)
