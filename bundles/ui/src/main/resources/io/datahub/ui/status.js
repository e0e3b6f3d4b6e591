// The state of the hub, for administrators and monitors: rates, components, clients, validators.

import { $, announce, confirmDialog, createElement, formatTime, number, redraw, size } from './dom.js'
import * as charts from './charts.js'
import * as cluster from './cluster.js'
import * as hooks from './hooks.js'
import { request } from './hub.js'
import { table } from './table.js'
import * as trial from './trial.js'

const INTERVAL_MILLIS = 2000
/** While another section is shown, the charts go on. */
const BACKGROUND_MILLIS = 10_000
let timer = 0
let generation = 0
let isShown = false
let isAdmin = false

export function init() {
  trial.init()
  $('charts-period').addEventListener('change', charts.draw)
}

/** Begins to remember what the charts show, for a user who may see it. @param admin whether the user may also disconnect clients */
export function setUser(admin) {
  isAdmin = admin
  trial.offer()
  if (!timer) update(++generation)
}

/** Shows the section, or stops showing it; the charts go on. */
export function show(now) {
  if (now === isShown) return
  isShown = now
  if (now) update(++generation)
}

/** Forgets everything, and clears the screen. */
export function reset() {
  clearTimeout(timer)
  timer = 0
  generation++
  isShown = false
  charts.reset()
  hooks.reset()
  trial.reset()
  for (const id of ['components', 'problems', 'clients', 'validators', 'hub-note']) $(id).replaceChildren()
  $('problems').hidden = true
}

async function update(thisUpdate) {
  clearTimeout(timer)
  timer = -1 // is about to be set
  try {
    const [state, health, failure] = await Promise.all([
      request('/status').then(answer => answer.json()),
      isShown ? request('/health/ready', {}, [503]).then(answer => answer.json()) : null,
      isShown && isAdmin ? hooks.update().catch(refused => refused) : null,
    ])
    if (thisUpdate !== generation) return
    charts.add(state)
    if (isShown && health && !isSelecting()) {
      charts.draw()
      cluster.show(state.cluster)
      hooks.showHubs(state.cluster)
      drawComponents(health.components || [])
      drawClients(state)
      drawValidators(state.validators)
    }
    $('hub-note').textContent = failure?.message ?? ''
  } catch (refused) {
    if (thisUpdate !== generation) return
    $('hub-note').textContent = refused.message
  }
  timer = setTimeout(() => update(thisUpdate), isShown && !document.hidden ? INTERVAL_MILLIS : BACKGROUND_MILLIS)
}

/** Whether the user selects a text to copy it, which must stay. */
function isSelecting() {
  const selected = getSelection()
  return !selected.isCollapsed && $('hub').contains(selected.anchorNode)
}

function drawComponents(components) {
  $('components').replaceChildren(...components.map(({ name, ready, degraded, detail }) => createElement('span', {
    role: 'listitem', className: `component ${condition(ready, degraded)}`, title: detail,
  }, ...(ready && !degraded ? [name, createElement('span', { className: 'unseen' }, ' is ready')] : [`${name} is ${condition(ready, degraded)}`]))))
  const problems = components.filter(({ ready, degraded }) => !ready || degraded)
  $('problems').hidden = problems.length === 0
  $('problems').replaceChildren(...problems.map(({ name, ready, degraded, detail }) =>
    createElement('li', {}, createElement('strong', {}, `${name} is ${condition(ready, degraded)}: `), detail)))
}

function condition(ready, degraded) {
  return !ready ? 'down' : degraded ? 'degraded' : 'ready'
}

function drawClients({ clients, connected }) {
  const inCluster = clients.some(({ hub }) => hub)
  const rows = clients.map(client => [
    ...(inCluster ? [client.hub] : []), client.user || 'the hub', client.transport, client.address, formatTime(client.since), number(client.subscriptions), number(client.in),
    number(client.out), number(client.lost), size(client.queuedBytes), ...(isAdmin ? [client.user ? disconnectButton(client) : ''] : []),
  ])
  redraw($('clients'), table('Clients',
    [...(inCluster ? ['Hub'] : []), 'User', 'Transport', 'Address', 'Since', ...['Topics', 'In', 'Out', 'Lost', 'Queued'].map(text => [text, 'number']), ...(isAdmin ? [''] : [])],
    rows, 'No clients.'), connected > clients.length ? createElement('p', { className: 'empty' }, `and ${number(connected - clients.length)} more`) : '')
}

function disconnectButton({ id, hub, user, transport }) {
  return createElement('button', { type: 'button', className: 'quiet', 'aria-label': `Disconnect ${user}, ${transport} ${id}`, onclick: async () => {
    if (!await confirmDialog(`Disconnect ${user}?`, 'The client may connect again. To keep it away, revoke its token.', 'Disconnect')) return
    try {
      await request(`/status/clients/${hub ? `${encodeURIComponent(hub)}/` : ''}${id}`, { method: 'DELETE' })
      announce('Disconnected')
    } catch (refused) {
      $('hub-note').textContent = refused.message
    }
  } }, 'Disconnect')
}

function drawValidators(validators) {
  redraw($('validators'), table('Validators', ['Name', 'Validates', 'Version', 'Bundle', 'State'],
    validators.map(({ name, paths, topics, version, bundle, state, reason }) =>
      [name, [...paths, ...topics].join(', '), version, bundle, reason
        ? createElement('span', { className: 'unavailable' }, state, createElement('span', { className: 'reason' }, reason)) : state]), 'None.'))
}
