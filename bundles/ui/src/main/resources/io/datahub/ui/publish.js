// Publishing an event.

import { $ } from './dom.js'
import { eventPath, mayPublish, request } from './hub.js'

export function init() {
  $('publish-open').addEventListener('click', () => {
    open($('publish').hidden)
    if (!$('publish').hidden) $('publish-topic').focus()
  })
  $('publish').addEventListener('submit', event => { event.preventDefault(); publish() })
  $('publish').addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    open(false)
    $('publish-open').focus()
  })
}

/** Offers to publish if the user may publish anything. */
export function setUser(me) {
  const wanted = me.grants.find(({ action }) => action === 'publish')
  $('publish-open').hidden = !mayPublish()
  if (!$('publish-topic').value && wanted) $('publish-topic').value = wanted.what
}

/** Forgets what was typed. */
export function reset() {
  $('publish').reset()
  open(false)
  $('publish-open').hidden = true
  $('publish-note').textContent = ''
}

function open(isOpen) {
  $('publish').hidden = !isOpen
  $('publish-open').setAttribute('aria-expanded', String(isOpen))
}

async function publish() {
  const topic = $('publish-topic').value.trim()
  $('publish-note').className = 'hint'
  $('publish-note').textContent = 'Publishing…'
  try {
    await request(eventPath(topic), {
      method: 'POST', body: $('publish-payload').value, headers: { 'Content-Type': 'application/octet-stream' },
    })
    $('publish-note').textContent = `Published ${topic}.`
  } catch (refused) {
    $('publish-note').className = 'error'
    $('publish-note').textContent = refused.message
  }
}
