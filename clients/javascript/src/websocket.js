// Events over WebSocket: that of browsers and of Node 22, or of the package ws.
import { backoff, fromBase64, pause } from './common.js'
import { HubError } from './index.js'

const OPEN = 1
const SUBSCRIPTION = 1
const SILENCE = 45_000

/** A connection that has logged in: `receive` gives its messages one after another, and undefined once it is closed. */
class Connection {
  #socket
  #messages = []
  #waiting
  #isClosed = false
  #timers = []

  constructor(socket) {
    this.#socket = socket
    let heard = Date.now()
    const wake = () => { this.#waiting?.(); this.#waiting = undefined }
    const closed = () => { this.#isClosed = true; this.#timers.forEach(clearInterval); wake() }
    socket.onmessage = ({ data }) => { heard = Date.now(); this.#messages.push(JSON.parse(data)); wake() }
    socket.onclose = closed
    socket.onerror = closed
    // Pages see no pings: this is answered, or the connection is dead.
    this.#timers.push(setInterval(() => {
      if (Date.now() - heard > SILENCE) return this.close()
      if (this.isOpen) this.send({ type: 'unsubscribe', topics: [], id: 'alive' })
    }, SILENCE / 3))
    this.#timers[0].unref?.()
    this.closed = closed
  }

  get isOpen() { return !this.#isClosed && this.#socket.readyState === OPEN }

  send(message) { this.#socket.send(JSON.stringify(message)) }

  async receive() {
    while (!this.#messages.length && !this.#isClosed) await new Promise(resolve => { this.#waiting = resolve })
    return this.#messages.shift()
  }

  close() {
    this.closed()
    this.#socket.close()
  }
}

const refusal = ({ status, detail }) => new HubError(detail ?? `refused with ${status}`, status)

/** Events over WebSocket. The token is one, or a function that returns one, asked for each connection. */
export class WebSocketHub {
  #url
  #token
  #WebSocket
  #timeout
  #connection
  #replies = new Map()
  #next = 0

  constructor(url, { token, WebSocket = globalThis.WebSocket, timeout = 30_000 } = {}) {
    if (!WebSocket) throw new TypeError('there is no WebSocket here: pass that of the package ws, or use Node 22')
    this.#url = String(url).replace(/^http/, 'ws').replace(/\/+$/, '') + '/events'
    this.#token = token
    this.#WebSocket = WebSocket
    this.#timeout = timeout
  }

  async #connect() {
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token
    const socket = new this.#WebSocket(this.#url)
    const connection = new Connection(socket)
    const timer = setTimeout(() => connection.close(), this.#timeout)
    // Not in a header, which pages can't set.
    if (token) socket.onopen = () => connection.send({ type: 'auth', token })
    const first = await connection.receive()
    clearTimeout(timer)
    if (first?.type === 'welcome' && (!token || first.user !== 'anonymous')) return connection
    // Where there is a user anonymous, it is welcomed first.
    const second = first?.type === 'welcome' ? await connection.receive() : first
    if (second?.type === 'welcome') return connection
    connection.close()
    throw second ? refusal(second) : new HubError("the hub can't be reached")
  }

  /** Publishes bytes or a string, and waits for the hub's reply. It isn't sent again once it may have arrived. */
  async publish(topic, payload = '') {
    if (!(await this.#connection?.catch(() => undefined))?.isOpen) {
      this.#connection = this.#connect()
      this.#connection.then(connection => this.#settle(connection), () => {})
    }
    const connection = await this.#connection
    const id = ++this.#next
    const reply = new Promise((resolve, reject) => {
      const timer = setTimeout(() => connection.close(), this.#timeout)
      this.#replies.set(id, { connection, resolve, reject, timer })
    })
    try {
      connection.send({ type: 'publish', topic, id, ...(typeof payload === 'string' ? { data: payload } : { base64: toBase64(payload) }) })
    } catch (e) {
      connection.close()
    }
    return reply
  }

  async #settle(connection) {
    const settled = (id, error) => {
      const reply = this.#replies.get(id)
      if (!reply) return
      clearTimeout(reply.timer)
      this.#replies.delete(id)
      if (error) reply.reject(error)
      else reply.resolve()
    }
    for (let message = await connection.receive(); message; message = await connection.receive()) {
      settled(message.id, message.type === 'error' ? refusal(message) : undefined)
    }
    for (const [id, reply] of this.#replies) {
      if (reply.connection === connection) settled(id, new HubError('the connection was lost: the event may have arrived'))
    }
  }

  /**
   * The events whose topic begins with one of the prefixes, as they happen, until the signal aborts. With since, a cursor or '0',
   * file events and events of kept topics come from there first. After a lost connection it subscribes again, and those that were
   * missed come first, each once; a HubError of status 410 says that events were missed.
   */
  async * subscribe(prefixes = [], { since, signal, onOpen } = {}) {
    for (let cursor = since, failures = 0; !signal?.aborted;) {
      let connection
      const stop = () => connection?.close()
      signal?.addEventListener('abort', stop, { once: true })
      try {
        connection = await this.#connect()
        connection.send({ type: 'subscribe', topics: prefixes.length ? prefixes : [''], id: SUBSCRIPTION, ...(cursor ? { since: cursor } : {}) })
        for (let message = await connection.receive(); message && !signal?.aborted; message = await connection.receive()) {
          failures = 0
          if (message.type === 'event') {
            const event = toEvent(message)
            cursor = event.cursor || cursor
            yield event
          } else if (message.id === SUBSCRIPTION) {
            if (message.type === 'error') throw refusal(message)
            onOpen?.()
          }
        }
      } catch (e) {
        if (e instanceof HubError && !e.isUnreachable) throw e
        if (!(e instanceof HubError) && (!connection || connection.isOpen)) throw e
      } finally {
        signal?.removeEventListener('abort', stop)
        connection?.close()
      }
      try { await pause(backoff(++failures), signal) } catch { return }
    }
  }

  /** Closes the connection for publishing. */
  async close() { (await this.#connection?.catch(() => undefined))?.close() }
}

function toBase64(payload) {
  const bytes = ArrayBuffer.isView(payload) ? new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength) : new Uint8Array(payload)
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** The cursor of a file event is the identity of its CloudEvent. */
function toEvent({ topic, data, base64, user, time, cursor }) {
  const payload = base64 === undefined ? new TextEncoder().encode(data) : fromBase64(base64)
  return { topic, payload, text: data, user, time, cursor: cursor ?? (topic.startsWith('file.') && data ? JSON.parse(data).id : '') }
}
