// The page: the user who is signed in, and the section that is shown.

import { $, announce, createElement, dismissDialog, initDialog, markCovered } from './dom.js'
import * as hub from './hub.js'
import * as events from './events.js'
import * as files from './files.js'
import * as status from './status.js'
import * as users from './users.js'
import * as account from './account.js'
import * as cluster from './cluster.js'
import * as remembered from './remembered.js'

const STATES = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', refused: 'No access' }
/** Responses of a hub that is starting or can't be reached: the page tries again. */
const TEMPORARY = new Set([0, 502, 503, 504])
const RETRY_MILLIS = 2000
/** How often another hub behind the same address is looked for. */
const OTHER_HUBS = 3
const ENDED = 'Your session has ended. Sign in again.'
const NOT_SIGNED_IN = {
  expired: 'The sign-in took too long, or was begun in another browser. Try again.',
  refused: 'You are not signed in: this account may not use the hub, or the sign-in was cancelled.',
  unavailable: 'The sign-in service can’t be reached. Try again in a moment, or use a token.',
}
let me = null
let retry = 0

function sections() {
  return { events: $('events'), files: $('files'), users: $('users'), hub: $('hub'), account: $('account-section') }
}

/** Whether the user may see a section. */
function isOpen(name) {
  return name === 'hub' ? isMonitor() : name === 'users' ? isAdmin() : Object.hasOwn(sections(), name)
}

/** Shows the section of the address, or the sign-in for those who aren't signed in. */
function route() {
  const [, name = 'events', path = '', query = ''] = /^#\/([a-z]+)\/?([^?]*)\??(.*)$/s.exec(location.hash) || []
  const known = isOpen(name) ? name : 'events'
  $('sign-in').hidden = me !== null
  $('nav').hidden = $('account').hidden = me === null
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
  document.title = `${{ events: 'Events', files: 'Files', users: 'Users', hub: 'Hub', account: 'Account' }[known]} – Datahub`
  const parameters = new URLSearchParams(query)
  if (known === 'events') events.open(name === 'events' ? parameters : new URLSearchParams())
  if (known === 'files') files.open(decoded(path), parameters)
  if (known === 'users') users.open(parameters.get('name'))
  else users.leave()
  if (known === 'account') account.open(me)
  else account.leave()
  status.show(known === 'hub')
  markCovered()
}

/** The folder that an address names; the top folder if there can't be one with this name. */
function decoded(path) {
  try {
    const plain = path.split('/').map(decodeURIComponent).join('/')
    if (hub.hasDots(plain)) return ''
    return plain && !plain.endsWith('/') ? plain + '/' : plain
  } catch {
    return ''
  }
}

function isAdmin() {
  return me !== null && me.roles.includes('admin')
}

function isMonitor() {
  return isAdmin() || (me !== null && me.roles.includes('monitor'))
}

/** Sets who is signed in and what that user may do. */
function setUser(user) {
  me = user
  $('user').textContent = me.user
  $('nav-hub').hidden = !isMonitor()
  $('nav-users').hidden = !isAdmin()
  files.setUser(me)
  events.setUser(me)
  if (!isAdmin()) users.reset()
  if (isMonitor()) status.setUser(isAdmin())
  else status.reset()
}

function signedIn(user) {
  cluster.compare(user)
  setUser(user)
  $('sign-in-error').textContent = ''
  $('token').value = ''
  hub.live.open()
  route()
  if (document.activeElement === document.body) $('main').focus({ preventScroll: true })
  announce(`Signed in as ${me.user}`)
}

/** Signs out and clears everything that was shown. */
function signedOut(message = '') {
  me = null
  dismissDialog()
  events.reset()
  files.reset()
  status.reset()
  users.reset()
  account.reset()
  cluster.reset()
  hub.clearSession()
  for (const id of ['user', 'connection', 'announcement']) $(id).textContent = ''
  $('nav-hub').hidden = $('nav-users').hidden = true
  history.replaceState(null, '', location.hash.replace(/\?.*$/s, '') || location.pathname)
  route()
  $('sign-in-error').textContent = message
}

/** The hub doesn't know the session any more; unless it was another hub that was asked, and one of the next responses is that of the first. */
async function ended() {
  signedOut(ENDED)
  for (let i = 0; i < OTHER_HUBS && me === null; i++) {
    const user = await hub.whoami().catch(() => null)
    if (user && user.user !== 'anonymous') {
      cluster.warn()
      return
    }
  }
}

/** Checks whether the user's grants have changed. */
async function check() {
  if (me === null) return
  try {
    const user = await hub.whoami()
    if (me === null) return
    cluster.compare(user)
    if (user.user !== me.user) signedOut(ENDED)
    else if (JSON.stringify(user.grants) !== JSON.stringify(me.grants) || String(user.roles) !== String(me.roles)) {
      setUser(user)
      route()
    }
  } catch { /* a 401 has been reported as a state of the feed */ }
}

async function start() {
  initDialog()
  events.init()
  files.init()
  users.init()
  status.init()
  addEventListener('hashchange', () => {
    const before = document.activeElement
    route()
    if ([before, document.body].includes(document.activeElement)) $('main').focus({ preventScroll: true })
  })
  $('sign-out').addEventListener('click', async () => {
    history.replaceState(null, '', location.pathname)
    signedOut()
    try {
      await hub.signOut()
    } catch (refused) {
      if (refused.status !== 401) $('sign-in-error').textContent = `You are still signed in: ${refused.message} Reload, and sign out again.`
    }
  })
  $('sign-in-form').addEventListener('submit', async event => {
    event.preventDefault()
    try {
      signedIn(await hub.signIn($('token').value.trim()))
    } catch (refused) {
      hub.clearSession()
      if (refused.isOfNewSession) cluster.warn()
      $('sign-in-error').textContent = refused.status === 401 ? 'The hub doesn’t know this token.' : refused.message
      $('token').select()
    }
  })
  hub.live.addEventListener('state', ({ detail }) => {
    if (me === null) return
    $('connection').textContent = STATES[detail]
    $('connection').dataset.state = detail
    if (detail === 'refused') ended()
    if (detail === 'live') check()
  })
  hub.live.addEventListener('forbidden', check)
  hub.onOtherTab(resume, () => { if (me !== null) signedOut() })
  addEventListener('pageshow', event => { if (event.persisted) check() })
  await resume()
  await offerSignInElsewhere()
}

/** Offers the sign-in at an OpenID Connect issuer if one is configured, and says why the last one has failed. */
async function offerSignInElsewhere() {
  const result = new URLSearchParams(location.search).get('sign-in')
  if (result !== null) {
    history.replaceState(null, '', location.pathname + location.hash)
    if (me === null) $('sign-in-error').textContent = NOT_SIGNED_IN[Object.hasOwn(NOT_SIGNED_IN, result) ? result : 'refused']
  }
  try {
    const { providers } = await (await hub.request('/session/oidc', {}, [404])).json()
    $('sign-in-elsewhere').hidden = !providers?.length
    $('sign-in-elsewhere').replaceChildren(createElement('span', { className: 'hint' }, 'or'),
      ...(providers || []).map(({ label, start }) => createElement('a', { className: 'outlined button', href: start }, `Sign in with ${label}`)))
  } catch { /* the token remains */ }
}

/** Signs in with the session that the browser has; tries again while the hub is unavailable. */
async function resume() {
  try {
    const user = await hub.whoami()
    if (user.user === 'anonymous') {
      remembered.clear()
      route()
    } else if (me === null || me.user !== user.user) signedIn(user)
  } catch (refused) {
    route()
    if (refused.status === 401) remembered.clear()
    $('sign-in-error').textContent = refused.status === 401 ? '' : refused.message
    clearTimeout(retry)
    if (TEMPORARY.has(refused.status)) retry = setTimeout(() => { if (me === null) resume() }, RETRY_MILLIS)
  }
}

start()
