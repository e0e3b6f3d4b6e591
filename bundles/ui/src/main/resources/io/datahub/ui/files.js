// Files: the entries of a folder, to find, sort, look at, and select.

import { $, createElement, formatTime, number, size } from './dom.js'
import { encodePath, filePath, live, mayAddTo, onceSettled, request, useGrants } from './hub.js'
import * as drop from './drop.js'
import { Entries } from './entries.js'
import * as file from './file.js'
import { Rows } from './rows.js'
import * as selection from './selection.js'
import * as uploads from './uploads.js'

/** How many entries are read at first, when the user scrolls to the end, and at once from all that there are. */
const PAGE = 200
const NEXT_PAGE = 2_000
const LARGEST_PAGE = 10_000
const MAX_ENTRIES = 500_000
/** Larger folders aren't read again at each event. */
const LARGE = 1_000
const entries = new Entries()
let folder = ''
let isReading = false
let rows = null
let lastRead = 0
let refreshTimer = 0
let drawTimer = 0
let findTimer = 0

export function init() {
  drop.init()
  file.init((path, opener) => {
    setFile(null)
    const control = opener?.offsetParent ? opener : opener?.closest('.upload')?.querySelector('button:not([hidden])')
    if (control) control.focus()
    else if (!focus(path.slice(folder.length), 'name')) $('find').focus()
  })
  rows = new Rows($('listing'), row, () => { if (entries.next && !isReading) read(entries.next, NEXT_PAGE) })
  selection.init(() => { draw(); refreshOwn() })
  $('find').addEventListener('input', () => {
    clearTimeout(findTimer)
    findTimer = setTimeout(find, 250)
  })
  $('find-tree').addEventListener('change', find)
  $('more').addEventListener('click', () => read(entries.next, NEXT_PAGE))
  $('select-all').addEventListener('change', () => {
    selection.setAll(entries.all.map(pathOf), $('select-all').checked)
    draw()
  })
  for (const button of document.querySelectorAll('button.sort')) button.addEventListener('click', () => sort(button.dataset.sort))
  uploads.init(path => { if (path.startsWith(folder)) refreshOwn() }, file.mend)
  live.addEventListener('event', ({ detail }) => changed(detail))
}

/** Offers only what this user may do; null if signed out. */
export function setUser(me) {
  useGrants(me)
  if (me) uploads.restore(me.user)
  drop.offer()
  $('new-folder').hidden = !mayAddTo(folder)
  draw()
}

/** Shows the entries of a folder, whose path is empty or ends in a slash, as the address says: found by name, with a file. */
export async function open(path, parameters) {
  const isOther = path !== folder
  folder = path
  $('find').value = parameters.get('find') || ''
  $('find-tree').checked = parameters.has('tree')
  if (isOther) {
    entries.set([], null)
    drop.setTarget(path)
    selection.open(path)
    draw()
  }
  drop.offer()
  $('new-folder').hidden = !mayAddTo(folder)
  drawCrumbs()
  if (parameters.get('file')) file.show(folder + parameters.get('file'))
  else file.hide()
  await read(null)
}

/** Forgets everything, and clears the screen. */
export function reset() {
  lastRead++
  clearTimeout(refreshTimer)
  refreshTimer = 0
  clearTimeout(drawTimer)
  drawTimer = 0
  clearTimeout(findTimer)
  folder = ''
  entries.reset()
  drop.setTarget('')
  $('find').value = ''
  $('find-tree').checked = false
  file.hide()
  selection.open('')
  uploads.reset()
  setUser(null)
  $('crumbs').replaceChildren()
  $('files-note').textContent = ''
}

/** Keeps what is shown in the address, so that it survives a reload and can be shared. */
function address(name) {
  const parameters = new URLSearchParams()
  if ($('find').value.trim()) parameters.set('find', $('find').value.trim())
  if ($('find-tree').checked) parameters.set('tree', '')
  if (name) parameters.set('file', name)
  return '#/files/' + encodePath(folder) + (parameters.size ? '?' + parameters : '')
}

function setFile(name) {
  history.replaceState(null, '', address(name))
  draw()
}

/** Finds what was typed, unless another section is shown by now, whose address must not be replaced. */
function find() {
  if ($('files').hidden) return
  history.replaceState(null, '', address(null))
  file.hide()
  read(null)
}

/** Sorts by a column. */
function sort(by) {
  if (entries.sort(by) && entries.next) read(entries.next, MAX_ENTRIES)
  else draw()
}

/** Reloads the entries that are shown soon, and seldom enough that many events don't keep the page busy. */
function refresh() {
  if ($('files').hidden || refreshTimer) return
  refreshTimer = setTimeout(() => {
    refreshTimer = 0
    read(null, Math.max(PAGE, entries.all.length))
  }, entries.all.length > LARGE ? 2_000 : 200)
}

/** Reloads the entries after a change of the user's own. */
function refreshOwn() {
  refresh()
  onceSettled(refresh)
}

/** Loads entries after a name, or from the beginning. The hub searches the whole folder for the text, page by page. */
async function read(after, limit = PAGE) {
  const thisRead = ++lastRead
  isReading = true
  const text = $('find').value.trim()
  const found = after ? [...entries.all] : []
  const wanted = found.length + limit
  let from = after
  try {
    do {
      const query = new URLSearchParams({ limit: Math.min(LARGEST_PAGE, wanted - found.length) })
      if (from) query.set('after', from)
      if (text) query.set('find', text)
      if (text && $('find-tree').checked) query.set('tree', '')
      const page = await (await request(`${filePath(folder)}?${query}`)).json()
      if (thisRead !== lastRead) return
      for (const entry of page.entries) found.push(entry)
      from = page.next
      if (from && found.length < wanted) announceProgress(found.length)
    } while (from && found.length < wanted)
    isReading = false
    entries.set(found, from)
    if (!selection.isEmpty()) selection.keep(new Set(found.map(pathOf)))
    selection.setTotal(from || text ? Infinity : found.length)
    draw()
  } catch (refused) {
    if (thisRead !== lastRead) return
    isReading = false
    entries.set([], null)
    draw()
    $('files-note').textContent = refused.status === 404 ? 'This folder doesn’t exist yet. An upload creates it.' : refused.message
  }
}

/** Shows how much has been read, of many entries. */
function announceProgress(count) {
  $('more').textContent = `Reading… ${number(count)} entries`
}

/** Reloads the folder soon if an event concerns it, and the file if it is shown and nobody edits it. */
function changed(event) {
  const path = /^file\.[a-z]+\/(.*)$/s.exec(event.topic)?.[1]
  if (path?.startsWith(folder) && !apply(event, path.slice(folder.length))) refresh()
  if (path && path === folder + shownFile() && !$('files').hidden && !file.isEditing()) file.show(path)
}

/** Changes one entry of a large folder as an event says. Returns whether that is enough. */
function apply({ topic, data }, name) {
  if (entries.all.length <= LARGE || $('find').value.trim() || isReading || topic.startsWith('file.rejected/')) return false
  const isDeeper = name.includes('/')
  const own = isDeeper ? name.slice(0, name.indexOf('/')) : name
  if (isDeeper && (topic.startsWith('file.deleted/') || entries.has(own))) return true
  if (topic.startsWith('file.deleted/')) {
    entries.remove(own)
    selection.set(folder + own, false)
  } else if (isDeeper) {
    entries.put({ name: own, type: 'directory' })
  } else {
    const { size: bytes, modified, etag } = JSON.parse(data).data
    entries.put({ name: own, type: 'file', size: bytes, modified, etag })
  }
  drawTimer ||= setTimeout(() => {
    drawTimer = 0
    entries.set(entries.all, entries.next)
    selection.setTotal(entries.next ? Infinity : entries.all.length)
    draw()
  }, 500)
  return true
}

function shownFile() {
  return new URLSearchParams(location.hash.split('?')[1] || '').get('file')
}

/** The path of an entry, of a folder with a slash at the end. */
function pathOf(entry) {
  return folder + entry.name + (entry.type === 'directory' ? '/' : '')
}

function draw() {
  const focused = document.activeElement?.closest?.('#entries tr')?.dataset?.name
  const place = document.activeElement?.dataset?.place
  $('listing').hidden = entries.all.length === 0
  rows.show(entries.ordered, Boolean(entries.next))
  if (focused !== undefined) focus(focused, place)
  $('files-note').textContent = entries.all.length ? '' : $('find').value.trim() ? 'No names match.' : 'This folder is empty.'
  $('more').hidden = !entries.next
  $('more').textContent = 'Show more'
  $('select-all').checked = entries.all.length > 0 && entries.all.every(entry => selection.has(pathOf(entry)))
  $('select-all').indeterminate = !selection.isEmpty() && !$('select-all').checked
  for (const button of document.querySelectorAll('button.sort')) {
    const isSorted = button.dataset.sort === entries.sorting.by
    button.closest('th').setAttribute('aria-sort', isSorted ? entries.sorting.isDescending ? 'descending' : 'ascending' : 'none')
  }
}

function focus(name, place) {
  return rows.focus(entries.ordered.findIndex(entry => entry.name === name), place)
}

function row(entry) {
  const isFolder = entry.type === 'directory'
  const path = pathOf(entry)
  const name = createElement('a', { href: isFolder ? '#/files/' + encodePath(path) : address(entry.name), 'data-place': 'name' }, entry.name)
  const pick = createElement('input', {
    type: 'checkbox', checked: selection.has(path), 'data-place': 'pick', 'aria-label': `Select ${entry.name}`,
    onchange: event => { selection.set(path, event.target.checked); draw() },
  })
  const remove = createElement('button', {
    type: 'button', className: 'quiet', 'data-place': 'delete', 'aria-label': `Delete ${entry.name}`, onclick: () => deleteEntry(entry),
  }, 'Delete')
  const downloadLink = createElement('a', {
    className: 'quiet button', 'data-place': 'download', 'aria-label': `${isFolder ? 'Zip' : 'Download'} ${entry.name}`, download: isFolder ? '' : entry.name,
    href: filePath(path) + (isFolder ? '?archive=zip' : '?download'),
  }, isFolder ? 'Zip' : 'Download')
  const line = createElement('tr', { 'data-name': entry.name, className: isFolder ? 'folder' : 'file' },
    createElement('td', { className: 'pick' }, pick),
    createElement('td', { className: 'name', title: entry.name }, name),
    createElement('td', { className: 'number' }, isFolder || entry.size === undefined ? '' : size(entry.size)),
    createElement('td', { className: 'modified' }, entry.modified && !isFolder ? formatTime(entry.modified) : ''),
    createElement('td', { className: 'actions' }, downloadLink, selection.mayChangePath(path) ? remove : null))
  if (!isFolder && entry.name === shownFile()) line.setAttribute('aria-current', 'true')
  return line
}

function drawCrumbs() {
  const names = folder.split('/').filter(Boolean)
  const parts = [createElement('a', { href: '#/files/' }, 'All files')]
  names.forEach((name, i) => {
    const path = encodePath(names.slice(0, i + 1).join('/'))
    parts.push(createElement('span', { 'aria-hidden': 'true' }, '/'), createElement('a', { href: `#/files/${path}/` }, name))
  })
  parts.at(-1).setAttribute('aria-current', 'page')
  $('crumbs').replaceChildren(...parts)
}

async function deleteEntry(entry) {
  const at = entries.ordered.indexOf(entry)
  const beside = entries.ordered[at + 1] || entries.ordered[at - 1]
  if (!await selection.remove([pathOf(entry)])) return
  entries.set(entries.all.filter(each => each.name !== entry.name), entries.next)
  draw()
  if (!beside || !focus(beside.name, 'delete')) $('find').focus()
}
