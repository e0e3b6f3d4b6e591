// Requests to the hub with the session cookie, and one WebSocket that reconnects by itself.

import { visible } from './dom.js'

let session = 0 // counts sign-ins and sign-outs: a 401 for an earlier session doesn't end this one
/** Makes the hub respond 401 without a challenge, for which the browser would open its own dialog. */
export const BY_SCRIPT = { 'X-Requested-With': 'fetch' }
const tabs = new BroadcastChannel('datahub.session')

/** After so many milliseconds, every hub of a cluster knows what was changed through one of them. */
const SETTLED_MILLIS = 1_200
let isInCluster = false

/** Does something again once every hub of a cluster knows what the user has changed: another one may have answered. Nothing if the hub is alone. */
export function onceSettled(action) {
  if (isInCluster) setTimeout(action, SETTLED_MILLIS)
}

/** The end of a session that is being ended: its response takes the cookie away, also that of a session opened meanwhile. */
let ending = Promise.resolve()

/** Opens a session with a token and returns the response of /whoami. */
export async function signIn(token) {
  await ending
  session++
  await request('/session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } })
  try {
    const me = await whoami()
    tabs.postMessage('opened')
    return me
  } catch (refused) {
    refused.isOfNewSession = refused.status === 401 // by another hub than the one that opened it
    throw refused
  }
}

/** Leaves the session in this tab. */
export function clearSession() {
  session++
  live.close()
}

/** Ends the session in all tabs. */
export async function signOut() {
  const response = request('/session', { method: 'DELETE' })
  ending = response.catch(() => {})
  await response
  tabs.postMessage('ended')
}

/** Reports when another tab has opened or ended the session. */
export function onOtherTab(opened, ended) {
  tabs.onmessage = ({ data }) => data === 'opened' ? opened() : ended()
}

export async function whoami() {
  const me = await (await request('/whoami')).json()
  isInCluster = me.hub !== undefined
  return me
}

export class Refused extends Error {
  constructor(status, detail, violations) {
    super(visible(String(detail)))
    this.status = status
    this.violations = violations || []
  }
}

/** Sends a request; throws Refused if the response is neither a success nor has one of the accepted statuses. */
export async function request(path, options = {}, accepted = []) {
  const sessionOfRequest = session
  let answer
  try {
    answer = await fetch(path, {
      ...options,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { Accept: 'application/json', ...BY_SCRIPT, ...options.headers },
    })
  } catch {
    throw new Refused(0, 'The hub can’t be reached. Try again in a moment.')
  }
  if (!answer.ok && !accepted.includes(answer.status)) {
    const refused = refusal(answer.status, await answer.text())
    if (answer.status === 401 && sessionOfRequest === session) live.end()
    if (answer.status === 403) live.dispatchEvent(new Event('forbidden'))
    throw refused
  }
  return answer
}

/** Reads a response of type application/problem+json. */
export function refusal(status, body) {
  try {
    const problem = JSON.parse(body)
    return new Refused(status, problem.detail || problem.title, problem.violations)
  } catch {
    return new Refused(status, `The hub answered ${status}.`)
  }
}

let rights = { roles: [], grants: [] }

/** Sets the grants of the user, as /whoami reports them; null removes them. */
export function useGrants(me) {
  rights = me || { roles: [], grants: [] }
}

/** Whether the user may do this with a record, or with a whole folder, whose path ends in a slash. */
export function may(action, path) {
  return rights.roles.includes('admin') || rights.grants.some(grant => grant.action === action && covers(grant.what, path))
}

/** Whether the user may publish any events. */
export function mayPublish() {
  return rights.roles.includes('admin') || rights.grants.some(({ action }) => action === 'publish')
}

/** Whether the user may add files to a folder; null means to any folder. */
export function mayAddTo(folder) {
  const adds = rights.grants.filter(({ action }) => action === 'create' || action === 'write')
  if (rights.roles.includes('admin')) return true
  return folder === null ? adds.length > 0
    : adds.some(({ what }) => covers(what, folder) || (!what.endsWith('/') && what.slice(0, what.lastIndexOf('/') + 1) === folder))
}

function covers(what, path) {
  return what === '' || (what.endsWith('/') ? path.startsWith(what) : path === what)
}

/** A path or topic for a URL: percent-encoded but for its slashes. */
export function encodePath(path) {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** Whether one of the names is . or .., which a browser resolves: the request would go to another resource, such as /users. */
export function hasDots(path) {
  return path.split('/').some(name => name === '.' || name === '..')
}

function requestPath(path) {
  if (hasDots(path)) throw new Refused(400, 'A path can’t have . or .. as a name.')
  return encodePath(path)
}

/** The URL of a record. @throws Refused if a name is . or .. */
export function filePath(path) {
  return '/files/' + requestPath(path)
}

/** The URL to which an event with this topic is published. @throws Refused if a part is . or .. */
export function eventPath(topic) {
  return '/events/' + requestPath(topic)
}

/** The changes of a record among the newest of the journal, newest first. Those of other records whose paths begin alike count to the limit. */
export async function newestChangesOf(path, limit) {
  const changes = await jsonLines(await request(`/changes?newest=${limit}&path=${encodeURIComponent(path)}`))
  return changes.filter(change => change.subject === path).reverse()
}

/** The changes of a record in the whole journal, newest first, which is read part by part. */
export async function allChangesOf(path) {
  const found = []
  for (let since = '0', isEnd = false; !isEnd;) {
    const answer = await request(`/changes?since=${since}&limit=1000&path=${encodeURIComponent(path)}`)
    for (const change of await jsonLines(answer)) if (change.subject === path) found.push(change)
    const next = answer.headers.get('Datahub-Cursor')
    isEnd = next === since
    since = next
  }
  return found.reverse()
}

/** The newest events with these topic prefixes that the hub has kept, oldest first, as far as the user may receive them. */
export async function history(prefixes, limit) {
  const query = new URLSearchParams({ newest: limit })
  for (const prefix of prefixes) query.append('topic', prefix)
  return jsonLines(await request(`/events/history?${query}`))
}

/** Parts of the history in which the oldest event is looked for. */
const MAX_PARTS = 10

/** The oldest event with these topic prefixes that the hub has kept: null if there is none, undefined if it would take long to find it. */
export async function oldestEvent(prefixes) {
  let since = '0'
  for (let part = 0; part < MAX_PARTS; part++) {
    const { events: [first], cursor } = await search(prefixes, {}, since, 1)
    if (first) return first
    if (cursor === since) return null
    since = cursor
  }
  return undefined
}

/** The first events after a cursor that have these topic prefixes and what is looked for, and the cursor to continue from: the same at the end. */
export async function search(prefixes, wanted, since, limit) {
  const query = new URLSearchParams({ ...wanted, since, limit })
  for (const prefix of prefixes) query.append('topic', prefix)
  const answer = await request(`/events/history?${query}`)
  return { events: await jsonLines(answer), cursor: answer.headers.get('Datahub-Cursor') }
}

async function jsonLines(answer) {
  return (await answer.text()).split('\n').filter(Boolean).map(line => JSON.parse(line))
}

/** The event feed: a WebSocket that reconnects until it is closed, also after a 503. Dispatches 'event' and 'state'. */
class Live extends EventTarget {
  #socket = null
  #topics = ['']
  #attempts = 0
  #timer = 0
  #wanted = false

  /** Whether events are received. */
  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN
  }

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

  /** The session has ended: listeners clear the screen. */
  end() {
    this.close()
    this.#notifyState('refused')
  }

  /** Replaces the subscribed topics. */
  listen(topics) {
    const before = this.#topics
    this.#topics = topics
    if (this.isOpen) {
      this.#send({ type: 'unsubscribe', topics: before })
      this.#send({ type: 'subscribe', topics })
    }
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message))
  }

  #connect() {
    this.#notifyState('connecting')
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/events`, 'datahub.v1')
    this.#socket = socket
    socket.onmessage = event => {
      const message = JSON.parse(event.data)
      if (message.type === 'welcome') {
        this.#attempts = 0
        this.#send({ type: 'subscribe', topics: this.#topics })
        this.#notifyState('live')
      } else if (message.type === 'event') {
        this.dispatchEvent(new CustomEvent('event', { detail: message }))
      }
    }
    socket.onclose = event => {
      if (!this.#wanted || socket !== this.#socket) return
      if (event.code === 1008) {
        this.#wanted = false
        this.#notifyState('refused')
        return
      }
      this.#notifyState('reconnecting')
      const wait = Math.min(30_000, 500 * 2 ** this.#attempts++) * (0.5 + Math.random() / 2)
      this.#timer = setTimeout(() => this.#connect(), wait)
    }
  }

  #notifyState(state) {
    this.dispatchEvent(new CustomEvent('state', { detail: state }))
  }
}

export const live = new Live()
