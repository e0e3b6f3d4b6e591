// Elements and texts. Input from outside becomes text, never markup.

export const $ = id => document.getElementById(id)

/** Characters that reorder what follows them, with which one name can look like another. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g

/** A text in which such characters are seen, as in ‹U+202E›. */
export function visible(text) {
  return text.replace(REORDERING, character => `‹U+${character.charCodeAt(0).toString(16).toUpperCase()}›`)
}

/** Creates an element with properties, and with texts or elements in it. */
export function createElement(name, properties = {}, ...inside) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else if (key in element && !key.startsWith('aria')) element[key] = value
    else element.setAttribute(key, value)
  }
  element.append(...inside.filter(child => child !== null && child !== undefined).map(child => typeof child === 'string' ? visible(child) : child))
  return element
}

/** The parts of a path or topic, between which a line can be broken: after slashes, or without one after dots, but not before an extension. */
export function breakable(text) {
  return text.split(text.includes('/') ? /(?<=\/)(?=[^/])/ : /(?<=\.)(?=[^.])/).flatMap(part => [part, createElement('wbr')]).slice(0, -1)
}

const SVG = 'http://www.w3.org/2000/svg'

export function svg(name, attributes = {}, ...inside) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...inside)
  return element
}

/** Makes these the elements of a list. Those that are in it already stay, with the focus if they have it. */
export function reconcile(list, elements) {
  const wanted = new Set(elements)
  for (const element of [...list.children]) if (!wanted.has(element)) element.remove()
  let at = list.firstElementChild
  for (const element of elements) {
    if (element === at) at = at.nextElementSibling
    else list.insertBefore(element, at)
  }
}

/** Replaces what is in an element. The focus goes to the same control of the new contents, or else to the element. */
export function redraw(place, ...contents) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null
  place.replaceChildren(...contents)
  if (focused === null || focused === place) return
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1
  refocus(focused, place)
}

/** Moves the focus to a control; if it isn't in the page any more, to the one that has its name, or else to the place where that would be. */
export function refocus(control, place = document.body) {
  const isSame = other => other.tagName === control.tagName && nameOf(other) === nameOf(control)
  const found = control.isConnected ? control : [...place.querySelectorAll('a, button, input, select, summary, [tabindex]')].find(isSame)
  ;(found || place).focus({ preventScroll: true })
  if (place === document.body) found?.scrollIntoView({ block: 'nearest' })
}

/** As in app.css: where a pane is a sheet at the bottom, and where it covers everything. */
const NARROW = matchMedia('(max-width: 46rem)')
const LOW = matchMedia('(max-width: 46rem) and (max-height: 26rem)')
for (const query of [NARROW, LOW]) query.addEventListener('change', markCovered)

/** Shows or hides a pane beside a list. */
export function showPane(pane, isShown) {
  pane.hidden = !isShown
  markCovered()
}

/** What a pane covers can't be reached until it is closed, as behind a dialog. */
export function markCovered() {
  const panes = [...document.querySelectorAll('.split > aside')]
  for (const pane of panes) {
    const section = pane.closest('section')
    const around = [...section.children, ...section.querySelectorAll('.title > :not(h1)'), ...pane.parentElement.children]
      .filter(element => !element.contains(pane) && !element.matches('.title'))
    for (const element of around) element.inert = NARROW.matches && !pane.hidden
  }
  document.querySelector('.bar').inert = LOW.matches && panes.some(pane => pane.getClientRects().length > 0)
}

function nameOf(control) {
  return control.id || control.getAttribute('aria-label') || control.textContent
}

/** Announces something to screen readers. */
export function announce(text) {
  $('announcement').textContent = ''
  requestAnimationFrame(() => { $('announcement').textContent = text })
}

/** Asks for confirmation; the default is to cancel. */
export async function confirmDialog(title, text, yes) {
  return await ask({ title, text, yes, isDanger: true }) !== null
}

/** Asks for a text, which may be empty if that is said; null if it was cancelled. */
export function promptDialog(title, label, value, yes, text = '', mayBeEmpty = false) {
  return ask({ title, text, yes, label, value, mayBeEmpty })
}

function ask({ title, text, yes, label = null, value = '', mayBeEmpty = false, isDanger = false }) {
  $('ask-title').textContent = visible(title)
  $('ask-text').textContent = visible(text)
  $('ask-yes').textContent = yes
  $('ask-yes').className = isDanger ? 'danger' : 'main'
  $('ask-field').hidden = label === null
  $('ask-label').textContent = label || ''
  $('ask-value').value = value
  $('ask-value').required = label !== null && !mayBeEmpty
  const dialog = $('ask')
  asked?.done(null) // its event that it has closed is still to come
  const opener = document.activeElement
  dialog.returnValue = 'no'
  dialog.showModal()
  if (label === null) $('ask-no').focus()
  else $('ask-value').select()
  return new Promise(done => { asked = { opener, done } })
}

/** What is asked now: the control that has asked, and what takes the answer. */
let asked = null

function closed() {
  if ($('ask').open || asked === null) return
  const { opener, done } = asked
  asked = null
  refocus(opener)
  done($('ask').returnValue === 'yes' ? $('ask-value').value : null)
}

/** Enter in the text field of the dialog means yes, and not the first button. */
export function initDialog() {
  $('ask').addEventListener('close', closed)
  $('ask-value').addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    if ($('ask-value').reportValidity()) $('ask').close('yes')
  })
}

/** Whether the dialog is open, which Escape closes then. */
export function isDialogOpen() {
  return $('ask').open
}

/** Cancels the dialog if it is open. */
export function dismissDialog() {
  if ($('ask').open) $('ask').close('no')
  for (const id of ['ask-title', 'ask-text']) $(id).textContent = ''
  $('ask-value').value = ''
}

/** For how long a button says that it has copied. */
const COPIED_MILLIS = 2_000

/** A button that copies a text, and says so. */
export function copyButton(label, text, className = '') {
  const button = createElement('button', { type: 'button', className, onclick: async () => {
    await copyText(text)
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = label }, COPIED_MILLIS)
  } }, label)
  return button
}

/** Copies a text. Without TLS, browsers offer no clipboard API. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const before = document.activeElement
    const area = createElement('textarea', { value: text, className: 'unseen', tabIndex: -1 })
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
    before?.focus()
  }
  announce('Copied')
}

/** Moves the focus with the arrow keys, Home and End among the elements of a list that match a selector. */
export function enableArrowKeys(list, selector) {
  list.addEventListener('keydown', event => {
    const from = event.target.closest?.(selector)
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return
    const all = [...list.querySelectorAll(selector)].filter(each => each.dataset.place === from.dataset.place)
    const at = all.indexOf(from)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    all[Math.max(0, Math.min(all.length - 1, to))].focus()
  })
}

/** How the hours and minutes of a time are shown. */
export const CLOCK = { hour: 'numeric', minute: '2-digit' }

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = -1
  do { value /= 1000; unit++ } while (value >= 999.5 && unit < units.length - 1)
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

export function number(value) {
  return value >= 100_000 ? new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value)
    : new Intl.NumberFormat('en', { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)
}

/** A point in time: today as a time, otherwise as a date. The rest is in its title. @param isExact with seconds, and with the time on other days */
export function formatTime(text, isExact = false) {
  const time = new Date(text)
  const now = new Date()
  const isToday = time.toDateString() === now.toDateString()
  const date = { month: 'short', day: 'numeric', ...(time.getFullYear() === now.getFullYear() && isExact ? {} : { year: 'numeric' }) }
  const shown = isToday ? time.toLocaleTimeString([], { ...CLOCK, ...(isExact ? { second: '2-digit' } : {}) })
    : time.toLocaleString([], isExact ? { ...date, ...CLOCK } : date)
  return createElement('time', { dateTime: time.toISOString(), title: time.toLocaleString() }, shown)
}
