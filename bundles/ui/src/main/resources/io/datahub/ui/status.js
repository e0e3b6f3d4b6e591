// The state of the hub, for administrators and monitors: rates, components, clients, validators.

import { $, announce, confirmDialog, createElement, formatTime, number, size, svg } from './dom.js'
import { request } from './hub.js'

const INTERVAL_MILLIS = 2000
const POINTS = 60
const charts = [
  { key: 'in', title: 'Events in', unit: '/s' },
  { key: 'out', title: 'Events out', unit: '/s' },
  { key: 'lost', title: 'Lost', unit: '/s', bad: true },
  { key: 'connected', title: 'Clients', unit: '', level: true },
]
let previous = null
let timer = 0
let generation = 0
const series = Object.fromEntries(charts.map(chart => [chart.key, []]))

let mayDisconnect = false

/** @param isAdmin whether the user may also disconnect clients */
export function show(isAdmin) {
  hide()
  mayDisconnect = isAdmin
  update(generation)
}

/** Stops updates; responses to earlier requests are ignored. */
export function hide() {
  clearTimeout(timer)
  generation++
  previous = null
}

/** Forgets everything, and clears the screen. */
export function reset() {
  hide()
  for (const points of Object.values(series)) points.length = 0
  for (const id of ['charts', 'components', 'problems', 'clients', 'validators', 'hub-note']) $(id).replaceChildren()
  $('problems').hidden = true
}

async function update(generationOfCall) {
  try {
    const [state, health] = await Promise.all([
      request('/status').then(answer => answer.json()),
      request('/health/ready', {}, [503]).then(answer => answer.json()),
    ])
    if (generationOfCall !== generation) return
    measure(state)
    drawCharts(state)
    drawComponents(health.components || [])
    drawClients(state)
    drawValidators(state.validators)
    $('hub-note').textContent = ''
  } catch (refused) {
    if (generationOfCall !== generation) return
    $('hub-note').textContent = refused.message
  }
  timer = setTimeout(() => update(generationOfCall), document.hidden ? 5 * INTERVAL_MILLIS : INTERVAL_MILLIS)
}

function measure(state) {
  const now = Date.parse(state.time)
  for (const { key, level } of charts) {
    const value = level ? state.connected
      : previous ? Math.max(0, (state.events[key] - previous.events[key]) * 1000 / Math.max(1, now - previous.now)) : null
    if (value !== null) {
      series[key].push(value)
      if (series[key].length > POINTS) series[key].shift()
    }
  }
  previous = { now, events: state.events }
}

function drawCharts(state) {
  $('charts').replaceChildren(...charts.map(chart => {
    const points = series[chart.key]
    const last = points.at(-1) ?? 0
    const total = chart.level ? `${size(state.events.queuedBytes)} queued` : `${number(state.events[chart.key])} total`
    return createElement('figure', { className: `chart card${chart.bad && last > 0 ? ' bad' : ''}` },
      createElement('figcaption', {}, createElement('span', { className: 'label' }, chart.title),
        createElement('strong', {}, number(last), createElement('small', {}, chart.unit)), createElement('span', { className: 'hint' }, total)),
      line(points, `${chart.title}, the last two minutes: now ${number(last)}${chart.unit}, at most ${number(Math.max(0, ...points))}${chart.unit}`))
  }))
}

function line(points, label) {
  const width = 240
  const height = 56
  const top = Math.max(1, ...points) * 1.1
  const x = i => width - (points.length - 1 - i) * width / (POINTS - 1)
  const y = value => height - 2 - value / top * (height - 6)
  const path = points.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('')
  const chart = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, preserveAspectRatio: 'none' })
  if (points.length > 1) {
    chart.append(
      svg('path', { class: 'area', d: `${path}L${width} ${height}L${x(0).toFixed(1)} ${height}Z` }),
      svg('path', { class: 'line', d: path, 'vector-effect': 'non-scaling-stroke' }))
  }
  return chart
}

function drawComponents(components) {
  $('components').replaceChildren(...components.map(({ name, ready, degraded, detail }) => createElement('span', {
    role: 'listitem', className: `component ${condition(ready, degraded)}`, title: detail,
  }, name, createElement('span', { className: 'unseen' }, ` is ${condition(ready, degraded)}`))))
  const problems = components.filter(({ ready, degraded }) => !ready || degraded)
  $('problems').hidden = problems.length === 0
  $('problems').replaceChildren(...problems.map(({ name, ready, degraded, detail }) =>
    createElement('li', {}, createElement('strong', {}, `${name} is ${condition(ready, degraded)}: `), detail)))
}

function condition(ready, degraded) {
  return !ready ? 'down' : degraded ? 'degraded' : 'ready'
}

function table(id, caption, heads, rows, empty) {
  const focused = $(id).contains(document.activeElement) ? document.activeElement.getAttribute('aria-label') : null
  $(id).replaceChildren(
    createElement('caption', { className: 'unseen' }, caption),
    createElement('thead', {}, createElement('tr', {}, ...heads.map(([text, kind]) => createElement('th', { scope: 'col', className: kind || '' }, text || createElement('span', { className: 'unseen' }, 'Actions'))))),
    createElement('tbody', {}, ...(rows.length
      ? rows.map(cells => createElement('tr', {}, ...cells.map((cell, i) => createElement('td', { className: heads[i][1] || '' }, cell))))
      : [createElement('tr', {}, createElement('td', { colSpan: heads.length, className: 'empty' }, empty))])))
  if (focused) [...$(id).querySelectorAll('button')].find(button => button.getAttribute('aria-label') === focused)?.focus({ preventScroll: true })
}

function drawClients({ clients, connected }) {
  const inCluster = clients.some(({ hub }) => hub)
  table('clients', 'Clients',
    [...(inCluster ? [['Hub']] : []), ['User'], ['Transport'], ['Address'], ['Since'], ['Topics', 'number'], ['In', 'number'], ['Out', 'number'], ['Lost', 'number'], ['Queued', 'number'], ...(mayDisconnect ? [['']] : [])],
    clients.map(client => [
      ...(inCluster ? [client.hub] : []), client.user, client.transport, client.address, formatTime(client.since), number(client.subscriptions), number(client.in),
      number(client.out), number(client.lost), size(client.queuedBytes), ...(mayDisconnect ? [disconnectButton(client)] : []),
    ]), 'No clients.')
  if (connected > clients.length) $('clients').tBodies[0].append(
    createElement('tr', {}, createElement('td', { colSpan: 9 + Number(inCluster) + Number(mayDisconnect), className: 'empty' }, `and ${connected - clients.length} more`)))
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
  table('validators', 'Validators', [['Name'], ['Validates'], ['Version'], ['Bundle'], ['State']],
    validators.map(({ name, paths, topics, version, bundle, state, reason }) =>
      [name, [...paths, ...topics].join(', '), version, bundle, reason
        ? createElement('span', { className: 'unavailable' }, state, createElement('span', { className: 'reason' }, reason)) : state]), 'None.')
}
