// A person at the page of a hub with many events and files: what was kept, a thousand events a second, a folder of ENTRIES files.
import WebSocket from 'ws'
import { accessible, ADMIN, asAdmin, browser, instead, open, put, see, seen, seeNoComplaints, signIn, url } from './visit.mjs'

const ENTRIES = Number(process.env.ENTRIES)
const publish = (topic, body) => fetch(`${url}/events/${topic}`, { method: 'POST', headers: asAdmin, body })
/** Sends many requests, a hundred at a time: a hub of a cluster answers each once the database has the event, for many publishers at once. */
async function many(count, request) {
  for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => request(i + j)))
}

// What was kept before the page was opened, found by topic, time and text.
await publish('kept.first', 'the oldest of them')
await many(300, number => publish(`kept.many/${number}`, 'x'))
const admin = await open()
await signIn(admin, ADMIN)
const list = admin.locator('#event-list')
const first = admin.getByRole('button', { name: 'kept.first' })
await see('kept events are shown', list.getByText('kept.many/299').waitFor())
await see('no more than can be looked at', list.locator('li').count().then(count => count <= 200 || instead(count)))
await admin.getByLabel('Filter').fill('the oldest of them')
await admin.getByRole('button', { name: 'Load older events' }).click()
await see('older ones are found', first.waitFor())
await admin.getByLabel('Filter').fill('')
await admin.getByLabel('Topic prefixes').fill('kept.f')
await admin.keyboard.press('Enter')
await see('by topic on the hub', first.waitFor())
await see('and nothing else', list.locator('li').count().then(count => count === 1 || instead(count)))
await admin.getByLabel('Time').selectOption('3600')
await see('of the last hour', first.waitFor())
await admin.getByLabel('Time').selectOption('between')
await admin.getByLabel('To', { exact: true }).fill('2020-01-01T00:00')
await see('but not of another time', admin.getByText('No events match').waitFor())
await admin.reload()
await see('which a reload keeps', admin.getByLabel('To', { exact: true }).inputValue().then(value => value === '2020-01-01T00:00' || instead(value)))
await admin.getByLabel('Time').selectOption('')
await see('and can be taken back', first.waitFor())
await admin.getByLabel('Topic prefixes').fill('')
await admin.keyboard.press('Enter')

// A thousand events a second.
await admin.evaluate(() => {
  window.draws = 0
  window.longest = 0
  new MutationObserver(() => window.draws++).observe(document.querySelector('#event-list'), { childList: true })
  new PerformanceObserver(entries => { for (const { duration } of entries.getEntries()) window.longest = Math.max(window.longest, duration) }).observe({ type: 'longtask' })
})
const socket = new WebSocket(`${url.replace('http', 'ws')}/events`, 'datahub.v1', { headers: asAdmin })
await new Promise((done, failed) => socket.on('open', done).on('error', failed))
let published = 0
let used = false
const flood = (async () => {
  while (published < 2_000 || !used) {
    for (let i = 0; i < 100; i++, published++) socket.send(JSON.stringify({ type: 'publish', topic: `flood.${published}`, data: `{"number":${published}}` }))
    await new Promise(done => setTimeout(done, 100))
  }
})()
await list.getByText('flood.', { exact: false }).first().waitFor()
await see('while a thousand events a second arrive, the page can be used', admin.getByRole('button', { name: 'Pause' }).click().then(() => admin.getByText(/waiting/).waitFor()))
used = true
await admin.getByRole('button', { name: 'Resume' }).click()
await flood
socket.close()
await see('and the last of them is shown', list.getByText(`flood.${published - 1}`, { exact: true }).waitFor())
const { draws, longest } = await admin.evaluate(() => ({ draws: window.draws, longest: window.longest }))
seen('they are drawn together', draws < published / 20, `${draws} drawings of ${published} events, the longest task took ${longest} ms`)
await list.locator('.event-row').first().focus()
await admin.keyboard.press('ArrowDown')
await admin.keyboard.press('Enter')
await see('and opened by keyboard', admin.locator('#event pre').getByText('"number"').waitFor())

// More was kept than the page loads.
await admin.keyboard.press('Escape')
await many(12_000, number => publish('kept.bulk', `bulk ${number}`))
await list.getByText('bulk 11999', { exact: true }).waitFor()
await admin.getByLabel('Filter').fill('THE OLDEST of them')
await admin.getByRole('button', { name: 'Load older events' }).click()
await admin.getByRole('button', { name: 'Search all kept events' }).click()
await see('all that is kept is searched', first.waitFor())
await see('and only what matches is shown', admin.locator('#events-count').getByText('1 event', { exact: true }).waitFor())
await admin.getByLabel('Filter').fill('bulk 11998')
await see('until something else is looked for', list.getByText('bulk 11998', { exact: true }).waitFor())
await admin.getByLabel('Filter').fill('')

// What a user may see of it lies before more than the hub looks through at once.
await fetch(`${url}/users`, { method: 'POST', headers: asAdmin, body: JSON.stringify({ name: 'rare', grants: [{ action: 'subscribe', what: 'kept.rare' }] }) })
const { token } = await (await fetch(`${url}/users/rare/tokens`, { method: 'POST', headers: asAdmin, body: '{}' })).json()
const mebibyte = Buffer.alloc(1 << 20, 'x')
for (let i = 0; i < 33; i++) await publish('kept.large', mebibyte)
await publish('kept.rare', 'the only one of its topic')
for (let i = 0; i < 65; i++) await publish('kept.large', mebibyte)
const rare = await open()
await signIn(rare, token)
await rare.getByRole('button', { name: 'Search all kept events' }).click()
await see('events of a rare topic are found behind many others', rare.locator('#event-list').getByText('the only one of its topic').waitFor())
await rare.context().close()
await fetch(`${url}/users/rare`, { method: 'DELETE', headers: asAdmin })

// The changes of a file lie before many of others whose paths begin alike.
await put('names/old.txt', 'text')
await many(200, number => put(`names/old.txt.${number}`, 'text'))
await admin.goto(`${url}/#/files/names/?file=old.txt`)
await admin.getByRole('button', { name: 'Load older changes' }).click()
await see('the whole journal is searched for changes of a file', admin.locator('.history li').filter({ hasText: 'created' }).waitFor())
await fetch(`${url}/files/names/?recursive`, { method: 'DELETE', headers: asAdmin })

// A folder of many files.
const nameOf = number => `${String(number).padStart(6, '0')}.txt`
const last = nameOf(ENTRIES - 1)
await admin.evaluate(() => {
  const rows = document.querySelector('#entries')
  performance.clearResourceTimings()
  new MutationObserver((_, observer) => {
    if (!rows.querySelector('tr[data-name]')) return
    observer.disconnect()
    const drawn = () => { window.firstRows = performance.now() - performance.getEntriesByType('resource').find(({ name }) => name.includes('/files/many/')).responseEnd }
    requestAnimationFrame(() => requestAnimationFrame(drawn))
  }).observe(rows, { childList: true })
})
await admin.goto(`${url}/#/files/many/`)
await see('the first rows of a large folder are shown', admin.getByRole('link', { name: nameOf(0), exact: true }).waitFor()
  .then(() => admin.waitForFunction(() => window.firstRows)).then(() => admin.evaluate(() => `${Math.round(window.firstRows)} ms after the answer`)))
const rowCount = () => admin.locator('#listing').getAttribute('aria-rowcount')
await see('of which there are more', rowCount().then(count => count === '-1' || instead(count)))
await see('scrolling reads the others', admin.waitForFunction(name => {
  scrollTo(0, document.body.scrollHeight)
  return document.querySelector(`#entries tr[data-name="${name}"]`) !== null
}, last, { polling: 100, timeout: 120_000 }).then(() => true))
await see('few rows are in the document', admin.locator('#entries tr').count().then(count => count < 200 || instead(count)))
await admin.evaluate(() => scrollTo(0, 0))
await admin.locator('#entries tr[data-at="0"]').waitFor()
const { frames, blank } = await admin.evaluate(() => new Promise(done => {
  const frames = []
  let blank = 0
  let before = performance.now()
  const step = now => {
    frames.push(now - before)
    before = now
    if (document.elementFromPoint(innerWidth / 2, innerHeight * 0.75)?.closest('.space')) blank++
    scrollBy(0, 120)
    if (frames.length < 120) requestAnimationFrame(step)
    else done({ frames: frames.sort((one, other) => one - other).map(Math.round), blank })
  }
  requestAnimationFrame(step)
}))
seen('scrolling shows rows in each frame', blank === 0, `${blank} blank of ${frames.length}; the median frame took ${frames[60]} ms, the slowest ${frames.at(-1)} ms`)
await admin.evaluate(() => scrollTo(0, document.body.scrollHeight))
await see('a screen reader is told how many there are', admin.waitForFunction(wanted => document.querySelector('#listing').getAttribute('aria-rowcount') === wanted, String(ENTRIES + 1)).then(() => true))
await see('and which one it reads', admin.locator(`#entries tr[data-name="${last}"]`).getAttribute('aria-rowindex').then(index => index === String(ENTRIES + 1) || instead(index)))
await admin.getByRole('link', { name: last, exact: true }).focus()
const focused = name => admin.waitForFunction(wanted => document.activeElement.textContent === wanted, name).then(() => true)
await admin.keyboard.press('Home')
await see('Home goes to the first', focused(nameOf(0)))
await admin.keyboard.press('End')
await see('End to the last', focused(last))
await admin.keyboard.press('ArrowUp')
await see('the arrow keys to the next', focused(nameOf(ENTRIES - 2)))
await admin.evaluate(() => scrollTo(0, 0))
await accessible(admin, 'a large folder')
await admin.getByRole('button', { name: 'Size' }).click()
await admin.getByRole('button', { name: 'Size' }).click()
await admin.evaluate(() => scrollTo(0, 0))
await see('all entries are sorted, not only those in sight', admin.waitForFunction(wanted => document.querySelector('#entries tr:not(.space)').dataset.name === wanted, last).then(() => true))
await admin.getByRole('button', { name: 'Name' }).click()
await fetch(`${url}/files/many/000000-new.txt`, { method: 'PUT', headers: asAdmin, body: 'x' })
await see('a new file appears by itself', admin.locator('#entries tr[data-name="000000-new.txt"]').waitFor())
await fetch(`${url}/files/many/000000-new.txt`, { method: 'DELETE', headers: asAdmin })
await see('and goes', admin.locator('#entries tr[data-name="000000-new.txt"]').waitFor({ state: 'detached' }))
await admin.getByLabel('Find by name').fill(last.slice(0, 6))
await see('a name is searched for on the hub', admin.waitForFunction(wanted => [...document.querySelectorAll('#entries tr')].map(row => row.dataset.name).join() === wanted, last).then(() => true))
seeNoComplaints(admin)
await browser.close()
