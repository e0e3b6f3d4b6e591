// The npm clients `ws` and `eventsource` against a running hub. usage: node websocket.mjs PORT, with TOKEN in the environment.
// Prints a line of JSON for each thing seen.
import WebSocket from 'ws'
import { createRequire } from 'node:module'

const port = process.argv[2]
const { TOKEN } = process.env
const found = createRequire(import.meta.url)('eventsource')
const EventSource = found.EventSource || found
const bearer = { Authorization: `Bearer ${TOKEN}` }

function seen(what, good, detail = '') {
  console.log(JSON.stringify({ what, good: Boolean(good), detail: String(detail) }))
}

/** A client whose messages can be waited for. */
class Client {
  constructor(protocols, { query = '', options = {} } = {}) {
    this.messages = []
    this.waiting = []
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/events${query}`, protocols, options)
    this.socket.on('message', (data, isBinary) => {
      this.messages.push(isBinary ? data : data.toString())
      this.waiting.splice(0).forEach(wake => wake())
    })
    this.socket.on('error', () => {})
    this.opened = new Promise(done => this.socket.on('open', done))
    this.closed = new Promise(done => this.socket.on('close', code => done(code)))
  }

  async next() {
    const end = Date.now() + 20_000
    while (!this.messages.length) {
      if (Date.now() > end) throw new Error('nothing came')
      await Promise.race([new Promise(done => this.waiting.push(done)), new Promise(done => setTimeout(done, 500))])
    }
    return this.messages.shift()
  }

  say(message) {
    this.socket.send(JSON.stringify(message))
  }
}

const json = new Client('datahub.v1', { options: { headers: bearer, perMessageDeflate: true } })
seen('ws: welcome', JSON.parse(await json.next()).type === 'welcome' && json.socket.protocol === 'datahub.v1')
seen('ws: compression stays off', json.socket.extensions === '')
json.say({ type: 'subscribe', topics: ['build.'], id: 'one' })
seen('ws: ok with the id and what is granted', await json.next() === '{"type":"ok","id":"one","granted":["build."]}')
json.socket.send('{"type":"publish","type":"publish",,"id":4}')
const bad = JSON.parse(await json.next())
seen('ws: an error with the id of a message that is no JSON', bad.type === 'error' && bad.id === 4 && bad.status === 400, bad)

const binary = new Client('datahub.v1.binary')
await binary.opened
binary.say({ type: 'auth', token: TOKEN })
seen('ws: the token as first message', JSON.parse(await binary.next()).user === 'admin')
binary.say({ type: 'subscribe', topics: ['build.'], id: 2 })
await binary.next()
binary.socket.send(Buffer.from('build.x\0\x00\xff', 'latin1'), { binary: true })
seen('ws: binary there and back', (await binary.next()).equals(Buffer.from('build.x\0\x00\xff', 'latin1')))
seen('ws: bytes as base64', JSON.parse(await json.next()).base64 === 'AP8=')
json.socket.send('{"type":"publish","topic":"build.', { fin: false })
json.socket.send('fragments","data":"ü","id":3}', { fin: true })
const two = [await json.next(), await json.next()]
seen('ws: fragments become one message', two.some(text => text.includes('build.fragments')) && two.includes('{"type":"ok","id":3}'), two)
await binary.next()
seen('ws: a ping is answered', await new Promise(done => { json.socket.on('pong', data => done(data.toString() === 'hello')); json.socket.ping('hello') }))
const large = 'x'.repeat(3_000_000)
json.say({ type: 'publish', topic: 'build.large', data: large })
seen('ws: three megabytes', JSON.parse(await json.next()).data === large)
await binary.next()

const events = new Client('cloudevents.json', { query: '?topic=build.', options: { headers: bearer } })
await events.opened
seen('ws: cloudevents.json is agreed on', events.socket.protocol === 'cloudevents.json')
seen('ws: a ping is answered when what the URL asks for is subscribed', await new Promise(done => { events.socket.on('pong', () => done(true)); events.socket.ping() }))
json.say({ type: 'publish', topic: 'build.plain', data: 'text' })
const wrapped = JSON.parse(await events.next())
seen('ws: what is no CloudEvent is wrapped', wrapped.type === 'io.datahub.event' && wrapped.subject === 'build.plain' && wrapped.data === 'text' && wrapped.user === 'admin')
const own = '{"specversion":"1.0","id":"1","source":"/ci","type":"build.done","data":{"number":42}}'
events.socket.send(own)
seen('ws: a CloudEvent comes as it is', await events.next() === own)

const strange = new Client('datahub.v1', { options: { headers: bearer } })
await strange.next()
strange.socket.send(Buffer.from('x'), { binary: true })
seen('ws: binary in the text protocol is 1003', await strange.closed === 1003)
const wrong = new Client('datahub.v1')
await wrong.opened
wrong.say({ type: 'auth', token: 'dh_wrong' })
seen('ws: a wrong token is 1008', await wrong.closed === 1008)
const foreign = new Client('datahub.v1', { options: { headers: bearer, origin: 'https://evil.example' } })
seen('ws: a page from elsewhere is 403', await new Promise(done => foreign.socket.on('unexpected-response', (_, answer) => done(answer.statusCode === 403))))

const source = new EventSource(`http://127.0.0.1:${port}/events?topic=build.`, {
  headers: bearer,
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...bearer } }),
})
const streamed = new Promise(done => { source.onmessage = event => done(JSON.parse(event.data)) })
await new Promise(done => { source.onopen = done })
json.say({ type: 'publish', topic: 'build.stream', data: 'to all' })
const got = await streamed
seen('eventsource: gets what WebSocket sent', got.topic === 'build.stream' && got.data === 'to all' && got.user === 'admin')
source.close()
for (const client of [json, binary, events]) client.socket.close(1000)
seen('ws: a close is answered', (await Promise.all([json.closed, binary.closed, events.closed])).every(code => code === 1000))
