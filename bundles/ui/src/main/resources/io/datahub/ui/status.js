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
const validatorsOf = new Map() // the last validators of each hub, whose name is empty if it is alone
const componentsOf = new Map() // its components

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
  validatorsOf.clear()
  componentsOf.clear()
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
    cluster.remember(validatorsOf, state.cluster?.hub, state.validators)
    if (health) cluster.remember(componentsOf, health.hub, health.components ?? [])
    cluster.forgetDead(state.cluster, validatorsOf, componentsOf)
    hooks.keepAlive(state.cluster)
    if (isShown && health && !isSelecting()) {
      charts.draw()
      cluster.show(state.cluster, componentsOf)
      drawComponents()
      drawClients(state)
      drawValidators()
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

const CONDITIONS = ['ready', 'degraded', 'down'] // the worst is the last

/** Components of all hubs that have answered: the worst condition of each, and which hubs it is that have a problem. */
function drawComponents() {
  const found = grouped(componentsOf, ({ name, ready, degraded, detail }) => ({ name, condition: !ready ? 'down' : degraded ? 'degraded' : 'ready', detail }))
  const names = [...new Set(found.map(({ item }) => item.name))].sort()
  $('components').replaceChildren(...names.map(name => {
    const own = found.filter(({ item }) => item.name === name)
    const worst = CONDITIONS.findLast(condition => own.some(({ item }) => item.condition === condition))
    return createElement('span', {
      role: 'listitem', className: `component ${worst}`, title: own.map(({ item, hubs }) => `${whichHubs(hubs)}${item.detail}`).join('\n'),
    }, ...(worst === 'ready' ? [name, createElement('span', { className: 'unseen' }, ' is ready')] : [`${name} is ${worst}`]))
  }))
  const problems = found.filter(({ item }) => item.condition !== 'ready')
  $('problems').hidden = problems.length === 0
  $('problems').replaceChildren(...problems.map(({ item: { name, condition, detail }, hubs }) =>
    createElement('li', {}, createElement('strong', {}, `${whichHubs(hubs)}${name} is ${condition}: `), detail)))
}

/** What several hubs have in lists, each once, with the names of the hubs that have it. */
function grouped(lists, part = item => item) {
  const found = new Map()
  for (const [hub, list] of lists) {
    for (const each of list) {
      const item = part(each)
      const key = JSON.stringify(item)
      if (!found.has(key)) found.set(key, { item, hubs: [] })
      found.get(key).hubs.push(hub)
    }
  }
  return [...found.values()].sort((one, other) => one.item.name < other.item.name ? -1 : one.item.name > other.item.name ? 1 : one.hubs[0] < other.hubs[0] ? -1 : 1)
}

/** The names of these hubs, as the beginning of a line; nothing if the hub is alone. */
function whichHubs(hubs) {
  return hubs[0] === '' ? '' : `${cluster.listed(hubs)}: `
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

/** Validators of all hubs that have answered. Each hub has its own; a column says whose they are if they aren't all alike. */
function drawValidators() {
  const found = grouped(validatorsOf)
  const areAlike = found.every(({ hubs }) => hubs.length === validatorsOf.size)
  redraw($('validators'), table('Validators', ['Name', ...(areAlike ? [] : ['Hubs']), 'Validates', 'Version', 'Bundle', 'State'],
    found.map(({ item: { name, paths, topics, version, bundle, state, reason }, hubs }) =>
      [name, ...(areAlike ? [] : [cluster.listed(hubs)]), [...paths, ...topics].join(', '), version, bundle, reason
        ? createElement('span', { className: 'unavailable' }, state, createElement('span', { className: 'reason' }, reason)) : state]), 'None.'))
}
