// Users, their grants and their credentials, for administrators.

import { $, announce, confirmDialog, createElement, isDialogOpen, promptDialog, redraw, showPane, visible } from './dom.js'
import { onceSettled, request } from './hub.js'
import { ACTIONS, clear, credentials, describe, showRefusal, showToken, tokenForm, Turns } from './access.js'

const JSON_BODY = { 'Content-Type': 'application/json' }
let all = []
let chosen = null // a name
let drawn = '' // what is shown, as JSON
const turns = new Turns()

export function init() {
  $('user-new').addEventListener('click', add)
  $('user-find').addEventListener('input', drawList)
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && chosen && !$('users').hidden && !isDialogOpen() && !event.target.closest?.('input, select')) location.hash = '#/users/'
  })
}

/** Shows the users, and the one of the address, which gets the focus; so does its row when it is left. */
export async function open(name) {
  const before = chosen
  if (name !== before) clear('user-secret')
  chosen = name
  await read()
  if (chosen !== name || name === before) return
  if (name) $('user-pane').focus({ preventScroll: true })
  else $('user-list').querySelector(`[data-name="${CSS.escape(before)}"]`)?.focus()
}

/** Forgets everything, and clears the screen. */
export function reset() {
  turns.leave()
  all = []
  chosen = null
  drawn = ''
  $('user-find').value = ''
  clear('user-list', 'user-title', 'user-detail', 'user-secret', 'user-note')
  showPane($('user-pane'), false)
}

/** Leaves nothing secret on the screen. */
export function leave() {
  turns.leave()
  clear('user-secret')
}

async function read() {
  const isCurrent = turns.read()
  try {
    const { users } = await (await request('/users')).json()
    const tokens = chosen && users.some(({ name }) => name === chosen)
      ? (await (await request(`${path(chosen)}/tokens`)).json()).tokens : []
    if (!isCurrent()) return
    clear('user-note')
    const json = JSON.stringify([chosen, users, tokens.map(token => ({ ...token, lastUsed: null }))])
    if (json === drawn) return
    drawn = json
    all = users
    drawList()
    drawUser(tokens)
  } catch (refused) {
    if (isCurrent()) showRefusal($('user-note'), refused)
  }
}

function path(name) {
  return `/users/${encodeURIComponent(name)}`
}

function drawList() {
  const text = $('user-find').value.trim().toLowerCase()
  const found = all.filter(({ name }) => name.toLowerCase().includes(text))
  redraw($('user-list'), ...found.map(user => {
    const link = createElement('a', { href: `#/users/?name=${encodeURIComponent(user.name)}`, className: 'user-row', 'data-name': user.name },
      createElement('strong', {}, user.name),
      createElement('span', { className: 'hint' }, [user.disabled ? 'disabled' : '', ...user.roles].filter(Boolean).join(', ')),
      createElement('span', { className: 'hint' }, `${count(user.credentials, 'credential')}, ${count(user.grants, 'grant')}`))
    if (user.name === chosen) link.setAttribute('aria-current', 'true')
    return createElement('li', {}, link)
  }))
  if (!found.length) $('user-list').replaceChildren(createElement('li', { className: 'empty' }, 'No users match.'))
}

function count(items, name) {
  return `${items.length} ${name}${items.length === 1 ? '' : 's'}`
}

function drawUser(tokens) {
  const user = all.find(({ name }) => name === chosen)
  showPane($('user-pane'), Boolean(chosen))
  $('user-title').textContent = visible(chosen ?? '')
  if (!user) {
    $('user-detail').replaceChildren(createElement('p', { className: 'hint' }, `There is no user named ${chosen}.`))
    return
  }
  const known = new Map(tokens.map(token => [token.id, token]))
  const others = tokens.filter(({ id }) => !user.credentials.some(credential => credential.id === id))
  redraw($('user-detail'),
    createElement('h3', {}, 'Grants'),
    chips(user.grants, grant => `${ACTIONS[grant.action] || grant.action}: ${describe(grant)}`,
      grant => change(() => request(`${path(user.name)}/grants?${grant.action}=${encodeURIComponent(grant.what)}`, { method: 'DELETE' }))),
    grantForm(user),
    createElement('h3', {}, 'Roles'), chips(user.roles, role => role, role => change(() => request(`${path(user.name)}/grants?role=${encodeURIComponent(role)}`, { method: 'DELETE' }))),
    roleForm(user),
    createElement('h3', {}, 'Credentials'),
    credentials([...user.credentials, ...others].map(each => ({ ...each, ...known.get(each.id) })), token => revoke(user, token)),
    user.name === 'anonymous' ? null : tokenForm('user-token', wanted => makeToken(user, wanted)),
    createElement('h3', {}, 'User'),
    createElement('div', { className: 'buttons' },
      createElement('button', { type: 'button', onclick: () => setDisabled(user) }, user.disabled ? 'Enable' : 'Disable'),
      createElement('button', { type: 'button', onclick: () => removeUser(user) }, 'Delete user')))
}

function chips(items, text, remove) {
  if (!items.length) return createElement('p', { className: 'hint' }, 'None.')
  return createElement('ul', { className: 'chips' }, ...items.map(item => createElement('li', {}, text(item),
    createElement('button', { type: 'button', className: 'quiet', 'aria-label': `Revoke ${text(item)}`, onclick: () => remove(item) }, '✕'))))
}

function roleForm(user) {
  const known = [...new Set(['admin', 'monitor', ...all.flatMap(({ roles }) => roles)])].filter(role => !user.roles.includes(role))
  const role = createElement('input', { type: 'text', id: 'role', required: true, autocomplete: 'off', spellcheck: false })
  role.setAttribute('list', 'known-roles')
  return createElement('form', { className: 'tools', onsubmit: event => { event.preventDefault(); grant(user, { roles: [role.value.trim()] }) } },
    createElement('div', { className: 'field' }, createElement('label', { htmlFor: 'role' }, 'Role'), role,
      createElement('datalist', { id: 'known-roles' }, ...known.map(value => createElement('option', { value })))),
    createElement('button', { type: 'submit' }, 'Add role'))
}

function grantForm(user) {
  const action = createElement('select', { id: 'grant-action' }, ...Object.entries(ACTIONS).map(([value, text]) => createElement('option', { value }, text)))
  const label = createElement('label', { htmlFor: 'grant-what' })
  const what = createElement('input', { type: 'text', id: 'grant-what', autocomplete: 'off', spellcheck: false, 'aria-describedby': 'grant-hint' })
  const hint = createElement('p', { id: 'grant-hint', className: 'hint' })
  const explain = () => {
    const isTopic = ['publish', 'subscribe'].includes(action.value)
    label.textContent = isTopic ? 'Topics that begin with' : 'Path'
    what.placeholder = isTopic ? 'build.' : 'builds/{user}/'
    hint.textContent = `${isTopic ? '' : 'A path that ends in / is a folder with all that is in it. '}{user} stands for the user’s name. Empty means everything.`
  }
  action.addEventListener('change', explain)
  explain()
  return createElement('form', { onsubmit: event => { event.preventDefault(); addGrant(user, action.value, what.value.trim()) } },
    createElement('div', { className: 'tools' },
      createElement('div', { className: 'field' }, createElement('label', { htmlFor: 'grant-action' }, 'May'), action),
      createElement('div', { className: 'field' }, label, what),
      createElement('button', { type: 'submit' }, 'Add grant')),
    hint)
}

async function addGrant(user, action, what) {
  if (what === '' && !await confirmDialog(`Grant ${user.name} everything?`, `${ACTIONS[action]}: ${describe({ action, what })}.`, 'Grant')) return
  await grant(user, { grants: [{ action, what }] })
}

function grant(user, added) {
  return change(() => request(`${path(user.name)}/grants`, { method: 'POST', body: JSON.stringify(added), headers: JSON_BODY }))
}

async function add() {
  const name = (await promptDialog('New user', 'Name', '', 'Create', 'Letters, digits and ._@-; then grant access, and create a token.'))?.trim()
  if (!name) return
  const isMade = await change(() => request('/users', { method: 'POST', body: JSON.stringify({ name }), headers: JSON_BODY }), 'user-note')
  if (isMade) location.hash = `#/users/?name=${encodeURIComponent(name)}`
}

async function removeUser(user) {
  if (!await confirmDialog(`Delete the user ${user.name}?`, 'All its credentials end at once. Its files stay.', 'Delete')) return
  if (await change(() => request(path(user.name), { method: 'DELETE' }))) location.hash = '#/users/'
}

/** Replaces a user as it was shown; refused if somebody else has changed it meanwhile. */
function setDisabled(user) {
  return change(async () => {
    const answer = await request(path(user.name))
    const present = await answer.json()
    const body = JSON.stringify({ ...present, disabled: !user.disabled })
    await request(path(user.name), { method: 'PUT', body, headers: { ...JSON_BODY, 'If-Match': answer.headers.get('ETag') } })
  })
}

async function revoke(user, token) {
  if (!await confirmDialog(`Revoke the token ${token.label || token.id} of ${user.name}?`, 'Whoever uses it is cut off at once.', 'Revoke')) return
  await change(() => request(`${path(user.name)}/tokens/${encodeURIComponent(token.id)}`, { method: 'DELETE' }))
}

function makeToken(user, wanted) {
  return change(async isHere => {
    const answer = await request(`${path(user.name)}/tokens`, { method: 'POST', body: JSON.stringify(wanted), headers: JSON_BODY })
    const made = await answer.json()
    if (isHere()) showToken($('user-secret'), made)
  })
}

/** Makes a change, and shows the result or why it was refused. @param place the id of the element for a refusal */
async function change(send, place = 'user-secret') {
  clear('user-secret', 'user-note')
  const isHere = turns.stay()
  try {
    await send(isHere)
    if (!isHere()) return false
    await read()
    onceSettled(() => { if (isHere()) read() })
    announce('Done')
    return true
  } catch (refused) {
    if (isHere()) showRefusal($(place), refused)
    return false
  }
}
