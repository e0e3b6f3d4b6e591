// Events: those that the hub has kept, then live ones, the newest first; found by topic, time and text.

import { $, announce, breakable, createElement, enableArrowKeys, formatTime, reconcile, showPane } from './dom.js'
import { author, cursor, detail, kind, preview } from './event.js'
import { history as historyOf, live, oldestEvent, search as searchOf } from './hub.js'
import * as publish from './publish.js'

const MAX_EVENTS = 10_000
/** Characters of payloads that are held, so that few large ones don't fill the memory. */
const MAX_CHARACTERS = 48 * 1024 * 1024
const ROWS = 200
const OLDER = [200, 1_000, 4_000, 10_000]
const SEARCH_PAGE = 1_000
/** New events are drawn together, so that many of them don't keep the page busy. */
const DRAW_MILLIS = 250
const FIELDS = { topics: 'topics', filter: 'filter', period: 'last', from: 'from', to: 'to' } // ids, and their names in the address
let events = []
let waiting = []
let kept = new Set() // the cursors of both
let paused = false
let chosen = null
let count = 0
let timer = 0
let shown = ROWS
let lastLoad = 0
let level = 0 // of OLDER: how far back the history has been read
let isComplete = false // whether nothing older is loaded: the history has nothing, or too much for the page
let isFew = false // whether the hub has returned fewer than it was asked for: all, or those among many others that it looked through
let hasEarlier = false // whether the history has events before those that are loaded
let isSearched = false // whether the result of a search of the whole history is shown
let cleared = 0 // when the user cleared the list: earlier events stay away

export function init() {
  live.addEventListener('event', ({ detail }) => add(detail))
  live.addEventListener('state', ({ detail }) => { if (detail === 'live') load() })
  $('pause').addEventListener('click', () => { pause(!paused); announce(paused ? 'Paused' : 'Resumed') })
  $('clear').addEventListener('click', () => { forget(); cleared = Date.now(); isComplete = true; choose(null); announce('Cleared') })
  for (const id of ['filter', 'from', 'to']) $(id).addEventListener('input', search)
  $('period').addEventListener('change', search)
  $('topics').addEventListener('input', remember)
  $('topics').addEventListener('change', subscribe)
  $('events-older').addEventListener('click', () => {
    const isAtEnd = matching().length <= shown
    shown += ROWS
    if (!isAtEnd) draw()
    else if (isComplete) searchAll()
    else loadOlder()
  })
  enableArrowKeys($('event-list'), '.event-row')
  $('events-tools').addEventListener('submit', event => { event.preventDefault(); subscribe() })
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && chosen && !$('events').hidden) close()
  })
  publish.init()
  draw()
}

/** Offers what this user may do. */
export function setUser(me) {
  publish.setUser(me)
}

/** Forgets everything, and clears the screen. */
export function reset() {
  publish.reset()
  for (const id of Object.keys(FIELDS)) $(id).value = ''
  address('')
  forget()
  cleared = 0
  choose(null)
  $('event').replaceChildren()
  pause(false)
  live.listen([''])
}

function forget() {
  lastLoad++
  clearTimeout(timer)
  timer = 0
  events = []
  waiting = []
  kept.clear()
  level = count = 0
  shown = ROWS
  isComplete = isFew = hasEarlier = false
  isSearched = false
}

/** Shows the section with what the address asks for. */
export function open(parameters) {
  const isOther = (parameters.get('topics') || '') !== $('topics').value
  for (const [id, name] of Object.entries(FIELDS)) $(id).value = parameters.get(name) || ''
  $('period').value ||= parameters.has('from') || parameters.has('to') ? 'between' : ''
  address(String(parameters))
  showPeriod()
  if (isOther) subscribe()
  else draw()
}

/** Keeps what is looked for in the address, so that it survives a reload and can be shared. */
function remember() {
  const parameters = new URLSearchParams()
  for (const [id, name] of Object.entries(FIELDS)) {
    if ($(id).value.trim() && !$(id).closest('[hidden]:not(section)')) parameters.set(name, $(id).value.trim())
  }
  address(String(parameters))
  history.replaceState(null, '', $('nav-events').hash)
}

/** Makes the link to this section lead back to what was shown. */
function address(query) {
  $('nav-events').href = '#/events' + (query ? '?' + query : '')
}

function showPeriod() {
  $('between').hidden = $('period').value !== 'between'
}

function search() {
  showPeriod()
  remember()
  shown = ROWS
  if (isSearched) {
    forget()
    load()
  }
  draw()
  reachBack()
}

/** Reads the newest events that the hub has kept, and merges them with those that are shown. */
async function load() {
  const thisLoad = ++lastLoad
  const wanted = prefixes()
  const past = await historyOf(wanted, OLDER[level]).catch(() => null)
  if (thisLoad !== lastLoad || past === null) return
  const older = past.filter(event => !kept.has(cursor(event)) && Date.parse(event.time) > cleared).map(stamped)
  events = [...events, ...older].sort((one, other) => other.at - one.at)
  isFew = past.length < OLDER[level]
  isComplete = isFew || level === OLDER.length - 1
  hasEarlier = !isFew
  trim(events)
  draw()
  if (isFew && await isBefore(past[0], wanted) && thisLoad === lastLoad) {
    hasEarlier = true
    draw()
  }
  reachBack()
}

/** Whether the history has events before this one, the first of those that were read; undefined if none was. */
async function isBefore(event, wanted) {
  const oldest = await oldestEvent(wanted).catch(() => null)
  return oldest === undefined || (oldest !== null && (!event || cursor(oldest) !== cursor(event)))
}

/** Searches the whole history, which has more events than the page loads, and shows what matches in place of what is loaded. */
async function searchAll() {
  const wanted = prefixes()
  const thisLoad = ++lastLoad
  const [from, to] = period()
  const text = $('filter').value.trim()
  const sought = text ? { text } : {}
  if (from > 0) sought.from = new Date(from).toISOString()
  if (to < Infinity) sought.to = new Date(to + 1).toISOString()
  const matches = []
  for (let since = '0', isEnd = false; !isEnd;) {
    $('events-count').textContent = `Searching… ${matches.length} found`
    const page = await searchOf(wanted, sought, since, SEARCH_PAGE).catch(() => null)
    if (thisLoad !== lastLoad) return
    if (page === null) {
      announce('The search failed. Try again.')
      break
    }
    matches.push(...page.events)
    matches.splice(0, matches.length - MAX_EVENTS)
    isEnd = page.cursor === since
    since = page.cursor
  }
  const recent = matching()
  forget()
  kept = new Set(recent.map(cursor).filter(place => place !== undefined))
  count = Math.max(0, ...recent.map(({ number }) => number))
  events = [...recent, ...matches.filter(event => !kept.has(cursor(event)) && Date.parse(event.time) > cleared).map(stamped)]
    .sort((one, other) => other.at - one.at)
  trim(events)
  isSearched = true
  isComplete = true
  announce(`${events.length} event${events.length === 1 ? '' : 's'} found`)
  draw()
}

/** Reads older events, until one more matches what is looked for. */
async function loadOlder() {
  const before = matching().length
  do {
    if (level < OLDER.length - 1) level++
    const thisLoad = lastLoad + 1
    await load()
    if (thisLoad !== lastLoad) return
  } while (!isComplete && matching().length === before)
}

/** Reads older events until they reach back to the time that is looked for. */
function reachBack() {
  const from = period()[0]
  if (from > 0 && !isComplete && events.length && events.at(-1).at > from) loadOlder()
}

function stamped(message) {
  const event = { ...message, at: new Date(message.time), number: ++count }
  if (cursor(event) !== undefined) kept.add(cursor(event))
  return event
}

/** Bounds a list by number and size. */
function trim(list) {
  let characters = 0
  let length = 0
  while (length < Math.min(list.length, MAX_EVENTS) && characters < MAX_CHARACTERS) {
    const event = list[length++]
    characters += (event.data ?? event.base64).length
  }
  for (const event of list.splice(length)) hasEarlier = kept.delete(cursor(event)) || hasEarlier
}

/** The requested topic prefixes. The page always subscribes to file events for itself, too. */
function prefixes() {
  return $('topics').value.split(/[\s,]+/).filter(Boolean)
}

/** The times between which events are looked for. */
function period() {
  const chosenPeriod = $('period').value
  if (chosenPeriod === 'between') return [Date.parse($('from').value) || 0, Date.parse($('to').value) || Infinity]
  return [chosenPeriod ? Date.now() - 1000 * Number(chosenPeriod) : 0, Infinity]
}

function subscribe() {
  remember()
  const wanted = prefixes()
  live.listen(wanted.length ? [...new Set([...wanted, 'file.'])] : [''])
  if (isSearched) forget()
  level = 0
  isComplete = isFew = hasEarlier = false
  shown = ROWS
  draw()
  if (live.isOpen) load()
}

function add(message) {
  const wanted = prefixes()
  if (wanted.length && !wanted.some(prefix => message.topic.startsWith(prefix))) return
  const place = cursor(message)
  if (place !== undefined && kept.has(place)) return
  const list = paused ? waiting : events
  list.unshift(stamped(message))
  timer ||= setTimeout(() => { timer = 0; trim(list); if (!$('events').hidden) draw() }, DRAW_MILLIS)
}

function pause(now) {
  paused = now
  if (!paused) {
    events = [...waiting, ...events]
    waiting = []
    trim(events)
  }
  $('pause').classList.toggle('on', paused)
  $('pause').textContent = paused ? 'Resume' : 'Pause'
  draw()
}

/** The events that match topics, time and text. */
function matching() {
  const wanted = prefixes()
  const text = $('filter').value.trim().toLowerCase()
  const [from, to] = period()
  return events.filter(event => event.at >= from && event.at <= to
    && (!wanted.length || wanted.some(prefix => event.topic.startsWith(prefix)))
    && (!text || textOf(event).includes(text)))
}

function textOf(event) {
  event.text ??= `${event.topic}\n${event.user || ''}\n${event.data || ''}`.toLowerCase()
  return event.text
}

export function draw() {
  const matches = matching()
  const list = $('event-list')
  const hadFocus = list.contains(document.activeElement)
  const rows = matches.slice(0, shown).map(event => event.row ??= row(event))
  if (rows.length === 0) {
    rows.push(createElement('li', { className: 'empty' }, events.length ? 'No events match.' : 'No events yet. New events appear here.'))
  }
  reconcile(list, rows)
  if (hadFocus && !list.contains(document.activeElement)) rows.at(-1).querySelector('button')?.focus({ preventScroll: true })
  $('events-count').textContent = paused ? `Paused${waiting.length ? `, ${waiting.length} waiting` : ''}`
    : matches.length < events.length ? `${matches.length} of ${events.length} match` : events.length ? `${events.length} event${events.length === 1 ? '' : 's'}` : ''
  const hasMore = matches.length > shown
  const hadButton = document.activeElement === $('events-older')
  const isSearchable = hasEarlier && !isSearched && (isFew || $('filter').value.trim() !== '' || period()[0] > 0 || period()[1] < Infinity)
  $('events-older').hidden = !hasMore && isComplete && !isSearchable
  $('events-older').textContent = hasMore ? 'Show more' : isComplete ? 'Search all kept events' : 'Load older events'
  if (hadButton && $('events-older').hidden) rows.at(-1).querySelector('button')?.focus({ preventScroll: true })
}

function row(event) {
  const button = createElement('button', { type: 'button', className: 'event-row', 'data-number': event.number, onclick: () => choose(event) },
    createElement('span', { className: 'when' }, formatTime(event.time, true)),
    createElement('span', { className: `topic ${kind(event.topic)}` }, ...breakable(event.topic)),
    createElement('span', { className: 'who' }, author(event)),
    createElement('span', { className: 'preview' }, preview(event)))
  return createElement('li', {}, button)
}

function choose(event) {
  chosen?.row?.firstChild.removeAttribute('aria-current')
  chosen = event
  showPane($('event'), event !== null)
  draw()
  if (!event) return
  event.row?.firstChild.setAttribute('aria-current', 'true')
  $('event').replaceChildren(...detail(event, close))
  $('event').scrollTop = 0
  $('event').focus({ preventScroll: true })
}

function close() {
  const { row } = chosen
  choose(null)
  row?.querySelector('button').focus()
}
