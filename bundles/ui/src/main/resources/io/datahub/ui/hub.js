// The hub as this page talks to it: requests with the token, and one WebSocket that comes back by itself.

const KEEP = 'datahub.token'
let token = null

export function restore() {
  token = sessionStorage.getItem(KEEP)
  return token !== null
}

export function forget() {
  token = null
  sessionStorage.removeItem(KEEP)
  live.close()
}

/** Signs in: the answer of /whoami, or an error with a sentence for people. */
export async function signIn(candidate, remember) {
  token = candidate
  const me = await whoami()
  if (remember) sessionStorage.setItem(KEEP, token)
  return me
}

export async function whoami() {
  return (await request('/whoami')).json()
}

export class Refused extends Error {
  constructor(status, detail, violations) {
    super(detail)
    this.status = status
    this.violations = violations || []
  }
}

export function authorization() {
  return `Bearer ${token}`
}

/** A request; an answer that is no success becomes a Refused. */
export async function request(path, options = {}) {
  let answer
  try {
    answer = await fetch(path, {
      ...options,
      credentials: 'omit',
      cache: 'no-store',
      headers: { Authorization: authorization(), Accept: 'application/json', ...options.headers },
    })
  } catch {
    throw new Refused(0, 'The hub can’t be reached. Try again in a moment.')
  }
  if (!answer.ok) {
    throw refusal(answer.status, await answer.text())
  }
  return answer
}

/** What an answer of application/problem+json says. */
export function refusal(status, body) {
  try {
    const problem = JSON.parse(body)
    return new Refused(status, problem.detail || problem.title, problem.violations)
  } catch {
    return new Refused(status, `The hub answered ${status}.`)
  }
}

/** The path of a record in a URL. */
export function filePath(path) {
  return '/files/' + path.split('/').map(encodeURIComponent).join('/')
}

/** Events, as long as the page lives: told to each listener, with topics that can change. */
class Live extends EventTarget {
  #socket = null
  #topics = ['']
  #again = 0
  #timer = 0
  #wanted = false

  open() {
    this.#wanted = true
    this.#connect()
  }

  close() {
    this.#wanted = false
    clearTimeout(this.#timer)
    this.#socket?.close(1000)
    this.#socket = null
  }

  /** Listens to other topics from now on. */
  listen(topics) {
    const before = this.#topics
    this.#topics = topics
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#send({ type: 'unsubscribe', topics: before })
      this.#send({ type: 'subscribe', topics })
    }
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message))
  }

  #connect() {
    this.#tell('connecting')
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/events`, 'datahub.v1')
    this.#socket = socket
    socket.onopen = () => this.#send({ type: 'auth', token })
    socket.onmessage = event => {
      const message = JSON.parse(event.data)
      if (message.type === 'welcome') {
        this.#again = 0
        this.#send({ type: 'subscribe', topics: this.#topics })
        this.#tell('live')
      } else if (message.type === 'event') {
        this.dispatchEvent(new CustomEvent('event', { detail: message }))
      }
    }
    socket.onclose = event => {
      if (!this.#wanted || socket !== this.#socket) return
      if (event.code === 1008) {
        this.#wanted = false
        this.#tell('refused')
        return
      }
      this.#tell('away')
      const wait = Math.min(30_000, 500 * 2 ** this.#again++) * (0.5 + Math.random() / 2)
      this.#timer = setTimeout(() => this.#connect(), wait)
    }
  }

  #tell(state) {
    this.dispatchEvent(new CustomEvent('state', { detail: state }))
  }
}

export const live = new Live()
