// Files: the entries of a folder, to find, sort, look at, and select.

import { $, enableArrowKeys, createElement, formatTime, size } from './dom.js'
import { filePath, live, mayAddTo, request, useGrants } from './hub.js'
import * as drop from './drop.js'
import * as file from './file.js'
import * as selection from './selection.js'
import * as uploads from './uploads.js'

const PAGE = 200
const MAX_ENTRIES = 10_000
const BY = {
  name: () => 0, // as the hub lists them
  size: (one, other) => one.size - other.size,
  modified: (one, other) => Date.parse(one.modified) - Date.parse(other.modified),
}
let folder = ''
let entries = []
let next = null
let sorting = { by: 'name', isDescending: false }
let lastRead = 0
let refreshTimer = 0
let findTimer = 0

export function init() {
  drop.init()
  file.init(path => { setFile(null); focus(path.slice(folder.length), 'name') })
  selection.init(() => { draw(); refresh() })
  $('find').addEventListener('input', () => {
    clearTimeout(findTimer)
    findTimer = setTimeout(find, 250)
  })
  $('find-tree').addEventListener('change', find)
  $('more').addEventListener('click', () => read(next))
  $('select-all').addEventListener('change', () => {
    for (const entry of entries) selection.set(pathOf(entry), $('select-all').checked)
    draw()
  })
  for (const button of document.querySelectorAll('button.sort')) button.addEventListener('click', () => sort(button.dataset.sort))
  enableArrowKeys($('entries'), '[data-place]')
  uploads.init(path => { if (path.startsWith(folder)) refresh() })
  live.addEventListener('event', ({ detail }) => changed(detail.topic))
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
    entries = []
    next = null
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
  clearTimeout(findTimer)
  folder = ''
  entries = []
  next = null
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
  return '#/files/' + encoded(folder) + (parameters.size ? '?' + parameters : '')
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

/** Sorts by a column, and the other way round the second time. Sizes and times are compared of all entries, up to a limit. */
function sort(by) {
  sorting = { by, isDescending: by === sorting.by && !sorting.isDescending }
  if (by !== 'name' && next) read(null, MAX_ENTRIES)
  else draw()
}

/** Reloads the entries that are shown soon, and seldom enough that many events don't keep the page busy. */
function refresh() {
  if ($('files').hidden || refreshTimer) return
  refreshTimer = setTimeout(() => {
    refreshTimer = 0
    read(null, Math.min(MAX_ENTRIES, Math.max(PAGE, entries.length)))
  }, entries.length > 1_000 ? 2_000 : 200)
}

/** Loads entries after a name, or from the beginning. The hub searches the whole folder for the text, page by page. */
async function read(after, limit = PAGE) {
  const thisRead = ++lastRead
  const text = $('find').value.trim()
  const found = after ? [...entries] : []
  const wanted = found.length + limit
  let from = after
  try {
    do {
      const query = new URLSearchParams({ limit: wanted - found.length })
      if (from) query.set('after', from)
      if (text) query.set('find', text)
      if (text && $('find-tree').checked) query.set('tree', '')
      const page = await (await request(`${filePath(folder)}?${query}`)).json()
      if (thisRead !== lastRead) return
      found.push(...page.entries)
      from = page.next
    } while (from && found.length < wanted)
    entries = found
    next = from
    selection.keep(new Set(entries.map(pathOf)), !next && !text)
    draw()
  } catch (refused) {
    if (thisRead !== lastRead) return
    entries = []
    next = null
    draw()
    $('files-note').textContent = refused.status === 404 ? 'This folder doesn’t exist yet. An upload creates it.' : refused.message
  }
}

/** Reloads the folder soon if an event concerns it, and the file if it is shown and nobody edits it. */
function changed(topic) {
  const path = /^file\.[a-z]+\/(.*)$/s.exec(topic)?.[1]
  if (path?.startsWith(folder)) refresh()
  if (path && path === folder + shownFile() && !$('files').hidden && !file.isEditing()) file.show(path)
}

function shownFile() {
  return new URLSearchParams(location.hash.split('?')[1] || '').get('file')
}

/** The path of an entry, of a folder with a slash at the end. */
function pathOf(entry) {
  return folder + entry.name + (entry.type === 'directory' ? '/' : '')
}

function sorted() {
  const order = BY[sorting.by]
  const all = sorting.by === 'name' ? [...entries] : [...entries].sort(order)
  return sorting.isDescending ? all.reverse() : all
}

function draw() {
  const focused = document.activeElement?.closest?.('tr')?.dataset?.name
  const place = document.activeElement?.dataset?.place
  $('entries').replaceChildren(...sorted().map(row))
  if (focused !== undefined) focus(focused, place)
  $('listing').hidden = entries.length === 0
  $('files-note').textContent = entries.length ? '' : $('find').value.trim() ? 'No names match.' : 'This folder is empty.'
  $('more').hidden = !next
  $('select-all').checked = entries.length > 0 && entries.every(entry => selection.has(pathOf(entry)))
  $('select-all').indeterminate = !selection.isEmpty() && !$('select-all').checked
  for (const button of document.querySelectorAll('button.sort')) {
    const isSorted = button.dataset.sort === sorting.by
    button.closest('th').setAttribute('aria-sort', isSorted ? sorting.isDescending ? 'descending' : 'ascending' : 'none')
  }
}

function focus(name, place) {
  const row = [...$('entries').rows].find(each => each.dataset.name === name)
  const element = row?.querySelector(`[data-place="${place}"]`) || row?.querySelector('[data-place="name"]')
  element?.focus()
  return element !== undefined && element !== null
}

function row(entry) {
  const isFolder = entry.type === 'directory'
  const path = pathOf(entry)
  const name = createElement('a', { href: isFolder ? '#/files/' + encoded(path) : address(entry.name), 'data-place': 'name' }, entry.name)
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

function encoded(path) {
  return path.split('/').map(encodeURIComponent).join('/')
}

function drawCrumbs() {
  const names = folder.split('/').filter(Boolean)
  const parts = [createElement('a', { href: '#/files/' }, 'All files')]
  names.forEach((name, i) => {
    const path = names.slice(0, i + 1).map(encodeURIComponent).join('/')
    parts.push(createElement('span', { 'aria-hidden': 'true' }, '/'), createElement('a', { href: `#/files/${path}/` }, name))
  })
  parts.at(-1).setAttribute('aria-current', 'page')
  $('crumbs').replaceChildren(...parts)
}

async function deleteEntry(entry) {
  const shown = sorted()
  const at = shown.indexOf(entry)
  const beside = shown[at + 1] || shown[at - 1]
  if (!await selection.remove([pathOf(entry)])) return
  entries = entries.filter(each => each !== entry)
  draw()
  if (!beside || !focus(beside.name, 'delete')) $('find').focus()
}
