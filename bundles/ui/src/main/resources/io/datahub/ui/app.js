// The page: who is signed in, and which section is shown.

import { $, say } from './dom.js'
import * as hub from './hub.js'
import * as events from './events.js'
import * as files from './files.js'
import * as status from './status.js'

const STATES = { connecting: 'Connecting', live: 'Live', away: 'Reconnecting', refused: 'No access' }
let me = null

function sections() {
  return { events: $('events'), files: $('files'), hub: $('hub') }
}

/** Shows what the address asks for. */
function route() {
  const [, name = 'events', rest = ''] = /^#\/([a-z]+)\/?(.*)$/s.exec(location.hash) || []
  const known = name in sections() && (name !== 'hub' || isMonitor()) ? name : 'events'
  $('sign-in').hidden = me !== null
  $('nav').hidden = $('me').hidden = me === null
  for (const [each, section] of Object.entries(sections())) section.hidden = me === null || each !== known
  for (const link of $('nav').querySelectorAll('a')) {
    if (link.hash.startsWith(`#/${known}`)) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  if (me === null) {
    document.title = 'Sign in – Datahub'
    $('token').focus()
    return
  }
  document.title = `${{ events: 'Events', files: 'Files', hub: 'Hub' }[known]} – Datahub`
  if (known === 'events') events.draw()
  if (known === 'files') files.open(decoded(rest))
  if (known === 'hub') status.show()
  else status.hide()
}

function decoded(path) {
  try {
    const plain = path.split('/').map(decodeURIComponent).join('/')
    return plain && !plain.endsWith('/') ? plain + '/' : plain
  } catch {
    return ''
  }
}

function isMonitor() {
  return me.roles.includes('admin') || me.roles.includes('monitor')
}

function enter(who) {
  me = who
  $('user').textContent = me.user
  $('nav-hub').hidden = !isMonitor()
  $('sign-in-error').textContent = ''
  $('token').value = ''
  hub.live.open()
  route()
  say(`Signed in as ${me.user}`)
}

function leave(why = '') {
  me = null
  hub.forget()
  events.reset()
  files.reset()
  status.reset()
  route()
  $('sign-in-error').textContent = why
}

async function start() {
  events.begin()
  files.begin()
  addEventListener('hashchange', () => { route(); $('main').focus({ preventScroll: true }) })
  $('leave').addEventListener('click', () => leave())
  $('sign-in-form').addEventListener('submit', async event => {
    event.preventDefault()
    try {
      enter(await hub.signIn($('token').value.trim(), $('remember').checked))
    } catch (refused) {
      hub.forget()
      $('sign-in-error').textContent = refused.status === 401 ? 'The hub doesn’t know this token.' : refused.message
      $('token').select()
    }
  })
  hub.live.addEventListener('state', ({ detail }) => {
    $('connection').textContent = STATES[detail]
    $('connection').dataset.state = detail
    if (detail === 'refused') leave('Your access has ended. Sign in again.')
  })
  if (hub.restore()) {
    try {
      enter(await hub.whoami())
      return
    } catch (refused) {
      leave(refused.status === 401 ? 'Your access has ended. Sign in again.' : refused.message)
      return
    }
  }
  route()
}

start()
