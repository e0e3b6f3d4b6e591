// Live events: the newest first, with filter, pause and the payload of the selected one.

import { $, enableArrowKeys, copyText, createElement, formatTime, announce, size } from './dom.js'
import { live, mayPublish, recentEvents, request } from './hub.js'

const MAX_EVENTS = 500
const SHOWN = 200
let events = []
let waiting = []
let paused = false
let chosen = null
let count = 0
let frame = 0
let lastLoad = 0

export function init() {
  live.addEventListener('event', ({ detail }) => addEvent(detail))
  $('pause').addEventListener('click', () => { pause(!paused); announce(paused ? 'Paused' : 'Resumed') })
  $('clear').addEventListener('click', () => { events = []; waiting = []; count = 0; choose(null); draw(); announce('Cleared') })
  $('filter').addEventListener('input', () => { remember(); draw() })
  $('topics').addEventListener('input', remember)
  $('topics').addEventListener('change', subscribe)
  enableArrowKeys($('event-list'), '.event-row')
  $('publish-open').addEventListener('click', () => {
    $('publish').hidden = !$('publish').hidden
    $('publish-open').setAttribute('aria-expanded', String(!$('publish').hidden))
    if (!$('publish').hidden) $('publish-topic').focus()
  })
  $('publish').addEventListener('submit', event => { event.preventDefault(); publish() })
  $('events-tools').addEventListener('submit', event => { event.preventDefault(); subscribe() })
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && chosen && !$('events').hidden) close()
  })
  draw()
}

/** Offers to publish if the user may publish anything. */
export function setUser(me) {
  const wanted = me.grants.find(({ action }) => action === 'publish')
  $('publish-open').hidden = !mayPublish()
  if (!$('publish-topic').value && wanted) $('publish-topic').value = wanted.what
}

async function publish() {
  const topic = $('publish-topic').value.trim()
  $('publish-note').className = 'hint'
  $('publish-note').textContent = 'Publishing…'
  try {
    await request(`/events/${topic.split('/').map(encodeURIComponent).join('/')}`, {
      method: 'POST', body: $('publish-payload').value, headers: { 'Content-Type': 'application/octet-stream' },
    })
    $('publish-note').textContent = `Published ${topic}.`
  } catch (refused) {
    $('publish-note').className = 'error'
    $('publish-note').textContent = refused.message
  }
}

/** Forgets everything, and clears the screen. */
export function reset() {
  $('publish').reset()
  $('publish').hidden = $('publish-open').hidden = true
  $('publish-note').textContent = ''
  lastLoad++
  events = []
  waiting = []
  count = 0
  $('topics').value = ''
  $('filter').value = ''
  address('')
  choose(null)
  $('event').replaceChildren()
  pause(false)
  live.listen([''])
}

/** Shows the section with the topics and the filter from the address. */
export function open(parameters) {
  const topics = parameters.get('topics') || ''
  const isOther = topics !== $('topics').value
  $('topics').value = topics
  $('filter').value = parameters.get('filter') || ''
  address(String(parameters))
  if (isOther) subscribe()
  else draw()
}

/** Keeps topics and filter in the address, so that they survive a reload and can be shared. */
function remember() {
  const parameters = new URLSearchParams()
  for (const name of ['topics', 'filter']) {
    if ($(name).value.trim()) parameters.set(name, $(name).value.trim())
  }
  address(String(parameters))
  history.replaceState(null, '', $('nav-events').hash)
}

/** Makes the link to this section lead back to what was shown. */
function address(query) {
  $('nav-events').href = '#/events' + (query ? '?' + query : '')
}

/** Shows the latest file events of the journal, from before this page was opened. */
export async function loadRecent() {
  const thisLoad = ++lastLoad
  const past = await recentEvents(SHOWN).catch(() => [])
  if (thisLoad !== lastLoad) return
  const known = new Set([...waiting, ...events].map(cursor))
  const older = past.filter(event => !known.has(cursor(event))).map(event => ({ ...event, at: new Date(event.time), number: ++count }))
  events = [...events, ...older].sort((a, b) => b.at - a.at).slice(0, MAX_EVENTS)
  draw()
}

/** The cursor of a file event; other events have none. */
function cursor(event) {
  if (!event.topic.startsWith('file.')) return undefined
  event.cursor ??= /"id":"([^"]+)"/.exec(event.data)?.[1]
  return event.cursor
}

/** The requested topic prefixes. The page always subscribes to file events for itself, too. */
function prefixes() {
  return $('topics').value.split(/[\s,]+/).filter(Boolean)
}

function isWanted(event) {
  const wanted = prefixes()
  return !wanted.length || wanted.some(prefix => event.topic.startsWith(prefix))
}

function subscribe() {
  remember()
  const wanted = prefixes()
  live.listen(wanted.length ? [...new Set([...wanted, 'file.'])] : [''])
  draw()
}

function addEvent(message) {
  const event = { ...message, at: new Date(message.time), number: ++count }
  if (!isWanted(event)) return
  const list = paused ? waiting : events
  list.unshift(event)
  if (list.length > MAX_EVENTS) list.length = MAX_EVENTS
  if (!frame && !$('events').hidden) frame = requestAnimationFrame(() => { frame = 0; draw() })
}

function pause(now) {
  paused = now
  if (!paused) {
    events = [...waiting, ...events].slice(0, MAX_EVENTS)
    waiting = []
  }
  $('pause').classList.toggle('on', paused)
  $('pause').textContent = paused ? 'Resume' : 'Pause'
  draw()
}

function matches(event, text) {
  return isWanted(event) && (!text || `${event.topic}\n${event.user || ''}\n${event.data || ''}`.toLowerCase().includes(text))
}

export function draw() {
  const text = $('filter').value.trim().toLowerCase()
  const found = events.filter(event => matches(event, text))
  const list = $('event-list')
  const focused = document.activeElement?.dataset?.number
  const rows = found.slice(0, SHOWN).map(row)
  if (rows.length === 0) {
    rows.push(createElement('li', { className: 'empty' }, events.length ? 'No events match.' : 'No events yet. New events appear here.'))
  }
  list.replaceChildren(...rows)
  if (focused) list.querySelector(`[data-number="${focused}"]`)?.focus({ preventScroll: true })
  $('events-count').textContent = paused
    ? `Paused${waiting.length ? `, ${waiting.length} waiting` : ''}`
    : events.length ? `${found.length} of ${events.length} shown` : ''
}

function row(event) {
  const button = createElement('button', {
    type: 'button', className: 'event-row', 'data-number': event.number, onclick: () => choose(event),
  },
    createElement('span', { className: 'when' }, formatTime(event.time)),
    createElement('span', { className: `topic ${kind(event.topic)}` }, event.topic),
    createElement('span', { className: 'who' }, event.user || author(event)),
    createElement('span', { className: 'preview' }, preview(event)))
  if (event === chosen) button.setAttribute('aria-current', 'true')
  return createElement('li', {}, button)
}

function kind(topic) {
  for (const word of ['rejected', 'deleted', 'created', 'updated']) {
    if (topic.startsWith(`file.${word}/`)) return word
  }
  return topic.startsWith('hub.') ? 'hub' : ''
}

function preview(event) {
  if (event.data === undefined) return `${size(atob(event.base64).length)} binary`
  const { size: length } = fileEventData(event)
  if (length !== undefined) return size(length)
  return event.data.slice(0, 300)
}

/** The data of a file event. */
function fileEventData(event) {
  if (!event.topic.startsWith('file.')) return {}
  try {
    return JSON.parse(event.data).data
  } catch {
    return {}
  }
}

function author(event) {
  return fileEventData(event).user || ''
}

function choose(event) {
  chosen = event
  const pane = $('event')
  pane.hidden = !event
  draw()
  if (!event) return
  pane.replaceChildren(...detail(event))
  pane.scrollTop = 0
  pane.focus({ preventScroll: true })
}

function close() {
  const number = chosen.number
  choose(null)
  $('event-list').querySelector(`[data-number="${number}"]`)?.focus()
}

function detail(event) {
  const { text, note } = payload(event)
  const path = /^file\.(created|updated)\/(.+)$/s.exec(event.topic)?.[2]
  return [
    createElement('div', { className: 'event-head' },
      createElement('h2', { id: 'event-title' }, event.topic),
      createElement('button', { type: 'button', className: 'quiet', onclick: close, 'aria-label': 'Close' }, '✕')),
    createElement('dl', {},
      createElement('dt', {}, 'Published'), createElement('dd', {}, event.at.toLocaleString()),
      createElement('dt', {}, 'By'), createElement('dd', {}, event.user || author(event) || 'the hub'),
      createElement('dt', {}, 'Payload'), createElement('dd', {}, note)),
    path ? createElement('p', {}, createElement('a', { href: '#/files/' + folder(path) }, 'Show in folder')) : null,
    createElement('pre', { tabIndex: 0, 'aria-label': 'Payload' }, text),
    createElement('div', { className: 'buttons' }, createElement('button', {
      type: 'button',
      onclick: () => copyText(event.data ?? event.base64),
    }, 'Copy payload')),
  ].filter(Boolean)
}

function folder(path) {
  const encoded = path.split('/').slice(0, -1).map(encodeURIComponent)
  return encoded.length ? encoded.join('/') + '/' : ''
}

function payload(event) {
  if (event.data === undefined) {
    const bytes = Uint8Array.from(atob(event.base64), c => c.charCodeAt(0))
    return { text: hex(bytes), note: `${size(bytes.length)}, binary` }
  }
  const length = size(new TextEncoder().encode(event.data).length)
  try {
    const value = JSON.parse(event.data)
    if (typeof value === 'object') return { text: JSON.stringify(value, null, 2), note: `${length}, JSON` }
  } catch { /* not JSON: shown unchanged */ }
  return { text: event.data, note: length }
}

function hex(bytes) {
  const lines = []
  for (let at = 0; at < Math.min(bytes.length, 4096); at += 16) {
    const part = [...bytes.subarray(at, at + 16)]
    lines.push(at.toString(16).padStart(8, '0') + '  '
      + part.map(b => b.toString(16).padStart(2, '0')).join(' ').padEnd(49)
      + part.map(b => (b > 31 && b < 127 ? String.fromCharCode(b) : '·')).join(''))
  }
  if (bytes.length > 4096) lines.push('…')
  return lines.join('\n')
}
