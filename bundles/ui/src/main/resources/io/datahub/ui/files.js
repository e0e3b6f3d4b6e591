// Files: the entries of a folder, to find, sort, look at, and select.

import { $, createElement, formatTime, number, size } from './dom.js'
import { encodePath, filePath, live, mayAddTo, request, useGrants } from './hub.js'
import * as drop from './drop.js'
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
const BY = {
  name: () => 0, // as the hub lists them
  size: (one, other) => one.size - other.size,
  modified: (one, other) => Date.parse(one.modified) - Date.parse(other.modified),
}
let folder = ''
let entries = []
let ordered = [] // the entries as they are sorted
let next = null
let isReading = false
let rows = null
let sorting = { by: 'name', isDescending: false }
let lastRead = 0
let refreshTimer = 0
let drawTimer = 0
let findTimer = 0

export function init() {
  drop.init()
  file.init(path => { setFile(null); focus(path.slice(folder.length), 'name') })
  rows = new Rows($('listing'), row, () => { if (next && !isReading) read(next, NEXT_PAGE) })
  selection.init(() => { draw(); refresh() })
  $('find').addEventListener('input', () => {
    clearTimeout(findTimer)
    findTimer = setTimeout(find, 250)
  })
  $('find-tree').addEventListener('change', find)
  $('more').addEventListener('click', () => read(next, NEXT_PAGE))
  $('select-all').addEventListener('change', () => {
    selection.setAll(entries.map(pathOf), $('select-all').checked)
    draw()
  })
  for (const button of document.querySelectorAll('button.sort')) button.addEventListener('click', () => sort(button.dataset.sort))
  uploads.init(path => { if (path.startsWith(folder)) refresh() }, file.mend)
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
    setEntries([], null)
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
  setEntries([], null)
  sorting = { by: 'name', isDescending: false }
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

/** Sorts by a column, and the other way round the second time. Whatever isn't the hub's order needs all entries. */
function sort(by) {
  sorting = { by, isDescending: by === sorting.by && !sorting.isDescending }
  setEntries(entries, next)
  if (next && (by !== 'name' || sorting.isDescending)) read(next, MAX_ENTRIES)
  else draw()
}

function setEntries(all, more) {
  entries = all
  next = more
  ordered = sorting.by === 'name' ? [...all] : [...all].sort(BY[sorting.by])
  if (sorting.isDescending) ordered.reverse()
}

/** Reloads the entries that are shown soon, and seldom enough that many events don't keep the page busy. */
function refresh() {
  if ($('files').hidden || refreshTimer) return
  refreshTimer = setTimeout(() => {
    refreshTimer = 0
    read(null, Math.max(PAGE, entries.length))
  }, entries.length > LARGE ? 2_000 : 200)
}

/** Loads entries after a name, or from the beginning. The hub searches the whole folder for the text, page by page. */
async function read(after, limit = PAGE) {
  const thisRead = ++lastRead
  isReading = true
  const text = $('find').value.trim()
  const found = after ? [...entries] : []
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
    setEntries(found, from)
    if (!selection.isEmpty()) selection.keep(new Set(entries.map(pathOf)))
    selection.setTotal(next || text ? Infinity : entries.length)
    draw()
  } catch (refused) {
    if (thisRead !== lastRead) return
    isReading = false
    setEntries([], null)
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
  if (entries.length <= LARGE || $('find').value.trim() || isReading || topic.startsWith('file.rejected/')) return false
  const isDeeper = name.includes('/')
  const own = isDeeper ? name.slice(0, name.indexOf('/')) : name
  let at = 0
  for (let to = entries.length; at < to;) {
    const middle = (at + to) >> 1
    if (entries[middle].name < own) at = middle + 1
    else to = middle
  }
  const isThere = entries[at]?.name === own
  if ((isDeeper && isThere) || (!isThere && at === entries.length && next)) return true
  if (topic.startsWith('file.deleted/')) {
    if (isDeeper || !isThere) return true
    entries.splice(at, 1)
    selection.set(folder + own, false)
  } else {
    const { size: bytes, modified, etag } = JSON.parse(data).data
    entries.splice(at, Number(isThere), isDeeper ? { name: own, type: 'directory' } : { name: own, type: 'file', size: bytes, modified, etag })
  }
  drawTimer ||= setTimeout(() => { drawTimer = 0; setEntries(entries, next); selection.setTotal(next ? Infinity : entries.length); draw() }, 500)
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
  $('listing').hidden = entries.length === 0
  rows.show(ordered, Boolean(next))
  if (focused !== undefined) focus(focused, place)
  $('files-note').textContent = entries.length ? '' : $('find').value.trim() ? 'No names match.' : 'This folder is empty.'
  $('more').hidden = !next
  $('more').textContent = 'Show more'
  $('select-all').checked = entries.length > 0 && entries.every(entry => selection.has(pathOf(entry)))
  $('select-all').indeterminate = !selection.isEmpty() && !$('select-all').checked
  for (const button of document.querySelectorAll('button.sort')) {
    const isSorted = button.dataset.sort === sorting.by
    button.closest('th').setAttribute('aria-sort', isSorted ? sorting.isDescending ? 'descending' : 'ascending' : 'none')
  }
}

function focus(name, place) {
  return rows.focus(ordered.findIndex(entry => entry.name === name), place)
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
  const at = ordered.indexOf(entry)
  const beside = ordered[at + 1] || ordered[at - 1]
  if (!await selection.remove([pathOf(entry)])) return
  setEntries(entries.filter(each => each.name !== entry.name), next)
  draw()
  if (!beside || !focus(beside.name, 'delete')) $('find').focus()
}
