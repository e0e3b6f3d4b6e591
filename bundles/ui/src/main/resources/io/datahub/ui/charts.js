// Rates and levels of the hub over time, as charts.

import { $, CLOCK, createElement, number, size, svg } from './dom.js'

const CHARTS = [
  { key: 'in', title: 'Events in', isRate: true },
  { key: 'out', title: 'Events out', isRate: true },
  { key: 'connected', title: 'Clients', least: 2 },
  { key: 'lost', title: 'Events lost', isRate: true, isBad: true },
  { key: 'refused', title: 'Events refused', isRate: true, isBad: true },
  { key: 'queuedBytes', title: 'Queued', format: size, least: 2000 },
]
/** How long samples are remembered, in milliseconds. */
const MEMORY = 6 * 3_600_000
/** The points of a line at most. */
const POINTS = 240
const WIDTH = 340
const HEIGHT = 132
const LEFT = 46
const RIGHT = 8
const TOP = 8
const BOTTOM = 20
/** A hub of a cluster that hasn't answered for so long isn't counted any more, in milliseconds. */
const SILENCE = 60_000
let samples = []
let previous = null // the last time
const byHub = new Map() // the last state of each hub: in a cluster, another may answer each time, and all of them are added up

/** Remembers what the hub reports now. Counters begin again when a hub has restarted. */
export function add({ time, cluster, events, connected }) {
  const at = Date.parse(time)
  const hub = cluster?.hub ?? ''
  const before = byHub.get(hub)
  const isSame = before && events.in >= before.events.in && at > before.at
  const rates = {}
  for (const { key, isRate } of CHARTS) {
    if (isRate && isSame) rates[key] = Math.max(0, events[key] - before.events[key]) * 1000 / (at - before.at)
  }
  byHub.set(hub, { at, events, rates })
  for (const [name, state] of byHub) if (at - state.at > SILENCE) byHub.delete(name)
  const sample = { at, connected, queuedBytes: total('queuedBytes') }
  for (const { key, isRate } of CHARTS) {
    const known = [...byHub.values()].flatMap(state => state.rates[key] ?? [])
    if (isRate) sample[key] = known.length ? known.reduce((sum, rate) => sum + rate) : null
  }
  samples.push(sample)
  while (samples[0].at < at - MEMORY) samples.shift()
  previous = at
}

function total(key) {
  return [...byHub.values()].reduce((sum, { events }) => sum + events[key], 0)
}

/** Forgets everything, and clears the screen. */
export function reset() {
  samples = []
  previous = null
  byHub.clear()
  $('charts').replaceChildren()
}

/** Draws what is remembered of the chosen period. */
export function draw() {
  const seconds = Number($('charts-period').value)
  const text = $('charts-period').selectedOptions[0].textContent
  $('charts').replaceChildren(...CHARTS.map(chart => {
    const format = chart.format || number
    const unit = chart.isRate ? '/s' : ''
    const points = pointsOf(chart, seconds)
    const now = samples.findLast(sample => sample[chart.key] !== null)?.[chart.key] ?? 0
    const highest = Math.max(0, ...points.map(({ value }) => value))
    return createElement('figure', { className: `chart card${chart.isBad && highest > 0 ? ' bad' : ''}` },
      createElement('figcaption', {}, createElement('span', { className: 'label' }, chart.title),
        createElement('strong', {}, format(now), createElement('small', {}, unit)),
        createElement('span', { className: 'hint' }, chart.isRate ? `${number(total(chart.key))} in total` : `at most ${format(highest)}`)),
      diagram(points, seconds, Math.max(highest, chart.least ?? 1), format, chart.isRate, `${chart.title}, ${text}: now ${format(now)}${unit}, at most ${format(highest)}${unit}`))
  }))
}

/** The averages of equal parts of the period, or the highest values where it isn't a rate. */
function pointsOf({ key, isRate }, seconds) {
  const end = previous ?? Date.now()
  const step = seconds * 1000 / POINTS
  const points = []
  let slot = -1
  for (const sample of samples) {
    if (sample.at < end - seconds * 1000 || sample[key] === null) continue
    const own = Math.floor(sample.at / step)
    if (own === slot) {
      const point = points.at(-1)
      point.value = isRate ? point.value + (sample[key] - point.value) / ++point.count : Math.max(point.value, sample[key])
    } else {
      points.push({ at: sample.at, value: sample[key], count: 1 })
      slot = own
    }
  }
  return points
}

/** The next of 1, 2 and 5 with any number of zeros. */
function rounded(value) {
  const magnitude = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map(factor => factor * magnitude).find(candidate => candidate >= value)
}

function diagram(points, seconds, highest, format, isFraction, label) {
  const end = previous ?? Date.now()
  const top = rounded(highest)
  const x = at => WIDTH - RIGHT - (end - at) / 1000 / seconds * (WIDTH - LEFT - RIGHT)
  const y = value => HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)
  const chart = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label })
  for (const value of [0, top / 2, top]) {
    chart.append(svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }))
    if (isFraction || value !== top / 2 || (Number.isInteger(value) && format(value) !== format(0))) chart.append(svg('text', { class: 'tick', x: LEFT - 6, y: y(value) + 3.5, 'text-anchor': 'end' }, format(value)))
  }
  for (const part of [0, 1, 2]) {
    const at = end - seconds * 1000 * (1 - part / 2)
    chart.append(svg('text', { class: 'tick', x: x(at), y: HEIGHT - 5, 'text-anchor': ['start', 'middle', 'end'][part] }, clock(at)))
  }
  if (points.length > 1) {
    const path = points.map(({ at, value }, i) => `${i ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('')
    chart.append(
      svg('path', { class: 'area', d: `${path}L${x(points.at(-1).at).toFixed(1)} ${y(0)}L${x(points[0].at).toFixed(1)} ${y(0)}Z` }),
      svg('path', { class: 'line', d: path }))
  }
  return chart
}

function clock(at) {
  return new Date(at).toLocaleTimeString([], CLOCK)
}
