// The list of uploads, of which some run at a time.

import { $, breakable, createElement } from './dom.js'
import * as remembered from './remembered.js'
import { Upload } from './upload.js'

const MAX_RUNNING = 3
let running = 0
const queue = []
const all = new Set()
/** What an upload needs of the list. */
const list = {
  user: '',
  stored: () => {},
  edit: () => {},
  start(item) {
    queue.push(item)
    startNext()
  },
  remove(item) {
    all.delete(item)
    remove(item.element)
    summarize()
  },
  ended: summarize,
  /** Shows an upload that asks something, or was refused, before the others. */
  raise({ element }) {
    if (!element.contains(document.activeElement)) $('uploads').prepend(element)
    summarize()
  },
}

/** @param stored called with the path of a file that was stored. @param edit edits the text of a refused one: path, text, violations, what to do once it is stored */
export function init(stored, edit) {
  Object.assign(list, { stored, edit })
  $('clear-uploads').addEventListener('click', () => {
    for (const item of [...all]) if (item.isOver) item.dismiss()
    $('find').focus()
  })
  addEventListener('offline', () => { for (const item of all) item.interrupt() })
}

/** Lists the uploads of this user that a reload of the page interrupted. The browser has forgotten their files. */
export function restore(user) {
  list.user = user
  const known = new Set([...all].map(item => item.location))
  for (const upload of remembered.all()) {
    if (upload.user === user && !known.has(upload.location)) show(new Upload(list, null, upload.path, upload))
  }
}

/** Uploads files to paths. */
export function add(files) {
  for (const { file, path } of files) {
    const interrupted = [...all].find(item => item.awaits(file, path))
    if (interrupted) {
      interrupted.resumeWith(file)
      continue
    }
    const item = new Upload(list, file, path)
    show(item)
    queue.push(item)
  }
  summarize()
  startNext()
}

function show(item) {
  all.add(item)
  $('uploads').prepend(item.element)
}

/** Cancels and forgets all uploads. */
export function reset() {
  queue.length = 0
  for (const item of all) item.stop()
  all.clear()
  remembered.clear()
  $('uploads').replaceChildren()
  summarize()
}

/** Shows the refusal of something other than an upload in the list of uploads. */
export function note(name, refused) {
  const element = createElement('li', { className: 'upload card refused' },
    createElement('span', { className: 'name' }, ...breakable(name)), createElement('span', { className: 'state' }, refused.message),
    createElement('button', { type: 'button', className: 'quiet', onclick: () => remove(element), 'aria-label': `Dismiss ${name}` }, 'Dismiss'))
  $('uploads').prepend(element)
}

function startNext() {
  while (running < MAX_RUNNING && queue.length) {
    const item = queue.shift()
    if (item.isOver) continue
    running++
    item.run().finally(() => { running--; startNext() })
  }
}

/** Removes an entry from the list; the focus moves to the next one. */
function remove(element) {
  const beside = element.nextElementSibling || element.previousElementSibling
  const hadFocus = element.contains(document.activeElement)
  element.remove()
  if (hadFocus) (beside?.querySelector('button:last-of-type') || $('find')).focus()
}

/** Says what has become of several uploads, and offers to clear those that are over. */
function summarize() {
  const items = [...all]
  const count = kind => items.filter(({ element }) => element.classList.contains(kind)).length
  const asking = count('exists') + count('failed')
  const counts = [['stored', count('stored')], ['refused', count('refused')], ['waiting for you', asking], ['to go', items.filter(({ isOver }) => !isOver).length - asking]]
  $('uploads-head').hidden = items.length < 2
  $('uploads-note').textContent = counts.filter(([, number]) => number > 0).map(([text, number]) => `${number} ${text}`).join(', ')
  $('clear-uploads').hidden = items.filter(({ isOver }) => isOver).length < 2
}
