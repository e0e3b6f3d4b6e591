// Names, payloads and addresses that try to run as script, to break the view, or to look like something else.
import WebSocket from 'ws'
import { ADMIN, asAdmin, browser, instead, isPhone, open, picture, see, seen, seeNoComplaints, signIn, url } from './visit.mjs'

const OVERRIDE = '\u202e'
const HOSTILE = {
  'an element': '<img src=x onerror="window.ran = true">',
  'a script': '</td></script><script>window.ran = true</script>',
  'an address': 'javascript:window.ran = true',
  'an attribute': '" onfocus="window.ran = true" autofocus="',
  'a prototype': '__proto__',
  'a constructor': 'constructor',
  'an override': `photo${OVERRIDE}gpj.exe`,
  'a long word': 'long'.repeat(60),
}

const page = await open()
const shown = page.locator('main > section:not([hidden])')
/** Checks that nothing of it has run or become an element, and that a section is shown as it should be. */
async function unharmed(what) {
  await see(`${what}: nothing is harmed`, shown.locator('h1').waitFor().then(() => page.evaluate(() => [
    'ran' in window ? 'a script has run' : '',
    document.querySelector('main img:not([src^="/"], [src^="blob:"]), main script, iframe, [onerror], [onfocus], [autofocus], [href^="javascript:" i]')?.outerHTML,
    /.{0,80}(undefined|\[object|function |native code|NaN|Invalid Date).{0,80}/.exec(document.title + document.body.innerText)?.[0],
    document.documentElement.scrollWidth > innerWidth ? 'wider than the window' : '',
  ].filter(Boolean).join(' | '))).then(harm => harm === '' || instead(harm)))
}

// Addresses of the page. None leads to a request for another resource than it names.
const requests = []
page.on('request', request => requests.push(request))
for (const result of ['constructor', '__proto__', '<script>window.ran = true</script>']) {
  await page.goto(`${url}/?sign-in=${encodeURIComponent(result)}`)
  await unharmed(`the result of a sign-in ${result}`)
}
await page.route('**/session/oidc', route => route.fulfill({ json: { providers: Object.values(HOSTILE).map(label => ({ label, start: '/session/oidc/start' })) } }))
await page.reload()
await page.getByRole('link', { name: `Sign in with ${HOSTILE['an element']}` }).waitFor()
await unharmed('names of issuers')
await page.unrouteAll()
await signIn(page, ADMIN)
await page.getByText('Live', { exact: true }).waitFor()
const query = encodeURIComponent(HOSTILE['an element'])
for (const address of ['#/constructor', '#/__proto__', '#/tostring', '#javascript:window.ran=1', '#/files/__proto__', '#/files/constructor/?file=__proto__',
  '#/files/../users/', '#/files/reports/%2e%2e/%2E%2E/status/', '#/files/?file=../status', '#/files/?file=./../tokens', '#/files/%ff', `#/files/${query}/?find=${query}&tree`,
  `#/files/?file=${query}`, '#/users/?name=constructor', `#/users/?name=${query}`, `#/events?topics=${query}&filter=${query}&last=constructor&from=${query}`,
  '#/hub/constructor', '#/account/__proto__', `#/${'long'.repeat(1000)}`, `#/files/${encodeURIComponent(`${OVERRIDE}x`)}/`]) {
  requests.length = 0
  await page.goto(`${url}/${address}`)
  await page.evaluate(() => new Promise(done => setTimeout(done, 50)))
  await unharmed(address.slice(0, 80))
  const others = requests.filter(request => (/[?&]limit=/.test(request.url()) || request.headers().range)
    && !/^\/(files|events\/history)(\/|$)/.test(new URL(request.url()).pathname))
  seen(`${address.slice(0, 80)}: no other resource is read`, others.length === 0, others.map(request => request.url()).join())
}

// Files and events.
const text = file => ({ name: file.replaceAll('/', '_'), mimeType: 'text/xml', buffer: Buffer.from(`<a b='${file.replace(/[<&']/g, '')}'><c>&<script>window.ran = true</script></a>`) })
for (const [what, name] of Object.entries(HOSTILE)) {
  const plain = name.replaceAll('/', '_')
  await fetch(`${url}/files/attacks/${encodeURIComponent(plain)}`, { method: 'PUT', headers: asAdmin, body: name })
  await fetch(`${url}/files/attacks/in/${encodeURIComponent(plain)}/${encodeURIComponent(plain)}`, { method: 'PUT', headers: asAdmin, body: name })
  await page.goto(`${url}/#/files/attacks/in/${encodeURIComponent(plain)}/?file=${encodeURIComponent(plain)}`)
  await page.locator('#file pre').waitFor()
  await unharmed(`a file and a folder named as ${what}`)
}
await page.goto(`${url}/#/files/attacks/`)
await page.locator('#entries tr').nth(Object.keys(HOSTILE).length).waitFor()
await unharmed('a list of such names')
await picture(page, 'attacks-files')
// Found on the hub; a picture that runs a script where it is opened by itself.
await page.goto(`${url}/#/files/attacks/?find=${query}&tree`)
await page.locator('#entries tr').nth(1).waitFor()
await unharmed('names that were searched for')
await fetch(`${url}/files/attacks/${encodeURIComponent(`${HOSTILE['an attribute']}.svg`)}`, { method: 'PUT', headers: asAdmin,
  body: `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="window.ran = true"><script>window.ran = true</script><image href="${url}/files/attacks/leak"/></svg>` })
requests.length = 0
await page.goto(`${url}/#/files/attacks/?file=${encodeURIComponent(`${HOSTILE['an attribute']}.svg`)}`)
await see('a picture with a script is shown', page.waitForFunction(() => document.querySelector('#file img')?.naturalWidth > 0).then(() => true))
await unharmed('a picture with a script')
seen('and loads nothing', !requests.some(request => request.url().endsWith('/leak')))
await page.goto(`${url}/#/files/attacks/`)
await see('a character that reorders is seen', shown.getByRole('link', { name: 'photo‹U+202E›gpj.exe', exact: true }).waitFor())
await page.getByRole('button', { name: 'Delete photo' }).click()
await see('also in a question', page.getByRole('dialog').getByText('photo‹U+202E›gpj.exe').waitFor())
await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
await page.locator('#chosen').setInputFiles(Object.values(HOSTILE).map(text))
await page.locator('#uploads .exists').nth(Object.keys(HOSTILE).length - 1).waitFor()
await unharmed('uploads that ask')
await page.goto(`${url}/#/files/reports/`)
await page.locator('#chosen').setInputFiles({ name: '<b onclick="window.ran=true">.xml', mimeType: 'text/xml', buffer: Buffer.from('<a><b onclick="alert(1)">&<script></a>') })
await page.locator('#uploads .reasons li').first().waitFor()
await unharmed('what a validator says')
await page.locator('#uploads').getByRole('button', { name: /^Edit/ }).first().click()
await page.getByLabel('Text of').waitFor()
await unharmed('a refused text that is edited')
if (isPhone) await page.getByRole('button', { name: 'Discard changes' }).click() // the sheet is over the list
await page.locator('#uploads').getByRole('button', { name: 'Dismiss' }).first().click()

await page.goto(`${url}/#/events`)
const topics = [...Object.values(HOSTILE), '../users', `t${'é'.repeat(2_000)}`, `file${OVERRIDE}created/x`]
const socket = new WebSocket(`${url.replace('http', 'ws')}/events`, 'datahub.v1', { headers: asAdmin })
await new Promise((done, failed) => socket.on('open', done).on('error', failed))
for (const topic of topics) socket.send(JSON.stringify({ type: 'publish', topic, data: JSON.stringify({ [topic]: topic, data: { user: topic } }) }))
await page.getByRole('button', { name: '‹U+202E›created' }).waitFor()
await unharmed('events with such topics')
await picture(page, 'attacks-events')
for (const topic of topics) {
  await page.locator('.event-row', { hasText: topic.replaceAll(OVERRIDE, '‹U+202E›') }).first().click()
  await page.locator('#event pre').waitFor()
  await unharmed(`an event with the topic ${topic.slice(0, 40)}`)
  await page.keyboard.press('Escape')
}
await page.getByLabel('Filter').fill(HOSTILE['a script'])
await page.locator('.event-row').first().waitFor()
await unharmed('events that were searched for')
await page.getByLabel('Filter').fill('')
await page.getByRole('button', { name: 'Publish…' }).click()
await page.getByLabel('Topic', { exact: true }).fill('../users')
await page.getByRole('button', { name: 'Publish', exact: true }).click()
await see('a topic doesn’t become another address', shown.getByText('can’t have . or ..').waitFor())

// Whatever a hub reports is text: each string that isn't a time is replaced.
function replaced(value, by, key = '') {
  if (Array.isArray(value)) return value.map(each => replaced(each, by, key))
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaced(each, by, name)]))
  return typeof value === 'string' && !/^\d{4}-\d\d-\d\dT/.test(value) && key !== 'etag' ? by : value
}
/** What a hub of a cluster says of it, with this text in the place of every other one. */
const cluster = text => ({ id: text, hub: text, serves: false, reason: text, viewAgeMillis: 1,
  hubs: [{ name: text, address: text, alive: true, seenMillisAgo: 1, sequence: 1 }, { name: `${text}2`, address: text, alive: true, seenMillisAgo: 1, sequence: 2 }],
  engines: [{ name: text, ready: false, degraded: true, detail: text }] })
await fetch(`${url}/tokens`, { method: 'POST', headers: asAdmin, body: JSON.stringify({ label: HOSTILE['an element'] }) })
await fetch(`${url}/users`, { method: 'POST', headers: asAdmin, body: JSON.stringify({ name: 'constructor', grants: [{ action: 'read', what: `${HOSTILE['an element']}/` }] }) })
for (const [what, name] of Object.entries(HOSTILE)) {
  await page.route(/\/(status|users|tokens|health)\b|dry-run/, async route => {
    const address = route.request().url()
    if (address.includes('dry-run')) return route.fulfill({ status: 422, json: { detail: name, violations: [{ validator: name, version: name, line: 1, column: 1, message: name }] } })
    if (address.endsWith('/dead-letters')) return route.fulfill({ json: { total: 1, deadLetters: [{ id: name, topic: name, time: '2026-01-01T00:00:00Z', reason: name, resendable: true }] } })
    const response = await route.fetch()
    if (response.status() === 404) return route.fulfill({ json: { tokens: [{ id: name, kind: 'token', label: name }] } }) // of a user with this name
    const answer = replaced(await response.json(), name)
    const { pathname } = new URL(address)
    if (pathname === '/status') answer.cluster = cluster(name)
    else if (pathname === '/health/ready') answer.hub = name
    for (const webhook of answer.webhooks ?? []) if (webhook.deadLetters === 0) webhook.deadLetters = 1
    return route.fulfill({ response, json: answer })
  })
  for (const [address, wanted] of [['hub', '#validators td'], [`users/?name=${encodeURIComponent(name)}`, '#user-detail .chips'], ['account', '#account-tokens td']]) {
    await page.goto(`${url}/#/${address}`)
    await page.locator(wanted).filter({ hasText: name.replaceAll(OVERRIDE, '‹U+202E›') }).first().waitFor()
    if (address === 'hub') {
      await page.locator('#hooks summary').first().click()
      const webhook = page.locator('#webhooks li').filter({ hasText: name.replaceAll(OVERRIDE, '‹U+202E›') }).first() // not of the name before
      await webhook.locator('summary').click()
      await webhook.getByRole('button', { name: 'Show the dead letters' }).click()
      await page.locator('.letters td').first().waitFor()
      await page.locator('.trial').evaluate(element => { element.open = true })
      await page.getByLabel('Path', { exact: true }).fill('a')
      await page.getByLabel('or text').fill('b')
      await page.getByRole('button', { name: 'Validate' }).click()
      await page.locator('#trial-reasons li').first().waitFor()
      await page.locator('#cluster td').first().waitFor()
      await page.locator('#problems li').first().waitFor()
      await page.locator('#components .component').first().waitFor()
    }
    await unharmed(`${what} in ${address.replace(/\?.*/, '')}`)
    await picture(page, `attacks-${address.replace(/\W.*/, '')}-${what}`)
  }
  await page.goto(`${url}/#/events`)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
}
socket.close()
await fetch(`${url}/files/attacks/?recursive`, { method: 'DELETE', headers: asAdmin })
await fetch(`${url}/users/constructor`, { method: 'DELETE', headers: asAdmin })
seeNoComplaints(page)
await browser.close()
