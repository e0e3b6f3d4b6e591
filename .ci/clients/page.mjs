// A person at the page, in Debian's Chromium: token, upload, refusal with the reason, mending, the event, found after reload.
// usage: node page.mjs URL FOLDER [FOLDER-FOR-PICTURES], with TOKEN and ADMIN in the environment; files for uploads are written into
// FOLDER. Prints a line of JSON for each thing seen.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { chromium } from 'playwright-core'

const [url, folder, pictures] = process.argv.slice(2)
const { TOKEN, ADMIN } = process.env
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
const wait = 30_000

function seen(what, good, detail = '') {
  console.log(JSON.stringify({ what, good, detail: String(detail) }))
}

async function see(what, promise) {
  try {
    const value = await promise
    seen(what, value !== false, value)
  } catch (error) {
    seen(what, false, error.message.split('\n')[0])
  }
}

async function open(options = {}, base = url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(wait)
  page.complaints = []
  page.elsewhere = []
  page.on('console', message => { if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) page.complaints.push(message.text()) })
  page.on('pageerror', error => page.complaints.push(error.message))
  page.on('request', request => { if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(base)) page.elsewhere.push(request.url()) })
  await page.goto(base)
  return page
}

async function signIn(page, token) {
  await page.getByLabel('Token').fill(token)
  await page.keyboard.press('Enter')
}

/** A network between the page and the hub that can be cut, or answer 503 in the hub's place. Chromium's own emulation of being
 * offline isn't enough: it lets requests that are under way complete. */
class Network {
  mode = 'up'
  refused = 0
  #sockets = new Set()

  async start() {
    const { hostname, port } = new URL(url)
    this.server = net.createServer(client => {
      this.#keep(client)
      if (this.mode === 'cut') client.destroy()
      else if (this.mode === 'unavailable') {
        client.once('data', () => {
          this.refused++
          client.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        })
      } else {
        const hub = net.connect(Number(port), hostname)
        this.#keep(hub)
        client.pipe(hub).pipe(client)
        for (const [one, other] of [[client, hub], [hub, client]]) one.on('close', () => other.destroy())
      }
    })
    await new Promise(done => this.server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${this.server.address().port}`
  }

  #keep(socket) {
    this.#sockets.add(socket)
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket))
  }

  become(mode) {
    this.mode = mode
    for (const socket of this.#sockets) socket.destroy()
  }

  stop() {
    this.become('cut')
    this.server.close()
  }
}

/** WCAG 2.2 AA, as far as a program can check it. */
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
async function accessible(page, what) {
  await page.locator('h1:visible').waitFor()
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`))
  seen(`${what}: axe finds no violation`, found.length === 0, found.slice(0, 5).join(' | '))
}

const picture = (page, name) => pictures && page.screenshot({ path: `${pictures}/${name}.png` })
const file = (name, text) => ({ name, mimeType: 'text/xml', buffer: Buffer.from(text) })

const page = await open()
await picture(page, 'sign-in')
await accessible(page, 'signing in')
await signIn(page, 'dh_wrong')
await see('a wrong token is told from a right one', page.getByText('doesn’t know this token').waitFor())
await signIn(page, TOKEN)
await see('who has a token is in, and live', page.getByText('Live', { exact: true }).waitFor())
await see('who is no monitor sees no hub section', page.getByRole('link', { name: 'Hub', exact: true }).isHidden())

await page.getByRole('link', { name: 'Files', exact: true }).click()
await page.getByLabel('Upload to').fill('reports/')
await page.locator('#chosen').setInputFiles(file('build.xml', '<report><open></report>'))
const uploads = page.locator('#uploads')
await see('a bad file is refused', uploads.getByText('Refused', { exact: true }).waitFor())
await see('with the place and the reason', uploads.locator('.reasons li').first().innerText().then(text => /line 1/.test(text) && text))
await picture(page, 'refused')
await page.locator('#chosen').setInputFiles(file('build.xml', '<report><open/></report>'))
await see('mended, it is stored', uploads.getByText('Stored', { exact: false }).waitFor())

await page.getByRole('link', { name: 'Events', exact: true }).click()
const row = page.getByRole('button', { name: 'file.created/reports/build.xml' })
await see('its event has come by', row.waitFor())
await row.focus()
await page.keyboard.press('Enter')
await see('the payload can be looked at, by keyboard', page.locator('#event pre').getByText('"path": "reports/build.xml"').waitFor())
await picture(page, 'event')
await accessible(page, 'event')
await page.keyboard.press('Escape')
await see('and is left by keyboard', row.evaluate(element => element === document.activeElement))
await page.getByLabel('Filter').fill('no such thing')
await see('the filter hides what doesn’t match', row.waitFor({ state: 'hidden' }))
await page.getByLabel('Filter').fill('BUILD.xml')
await see('and shows what does', row.waitFor())
await page.getByLabel('Filter').fill('')

await page.goto(`${url}/#/files/reports/`)
await page.reload()
await see('after a reload it is found again', page.getByRole('link', { name: 'build.xml', exact: true }).waitFor())
await picture(page, 'files')
const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download build.xml' }).click()])
await see('it can be downloaded', download.createReadStream().then(async stream => {
  let text = ''
  for await (const part of stream) text += part
  return text === '<report><open/></report>'
}))

// Pause: what happens meanwhile comes afterwards.
await page.getByRole('link', { name: 'Events', exact: true }).click()
await page.getByRole('button', { name: 'Pause' }).click()
await fetch(`${url}/events/build.done`, { method: 'POST', body: '<b>not markup</b>', headers: { Authorization: `Bearer ${ADMIN}` } })
await see('paused, events wait', page.getByText('1 waiting').waitFor())
await page.getByRole('button', { name: 'Resume' }).click()
await see('and come when it goes on, as text', page.getByText('<b>not markup</b>').waitFor())
await picture(page, 'events')

// Dropped, and cancelled while under way.
await page.goto(`${url}/#/files/reports/`)
const session = await page.context().newCDPSession(page)
await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 })
const dropped = await page.evaluateHandle(() => {
  const transfer = new DataTransfer()
  transfer.items.add(new File([new Uint8Array(4_000_000)], 'large.bin'))
  return transfer
})
await page.locator('#drop').dispatchEvent('drop', { dataTransfer: dropped })
await see('a dropped file shows its progress', uploads.getByRole('progressbar').first().waitFor())
await page.getByRole('button', { name: 'Cancel reports/large.bin' }).click()
await see('and can be cancelled', uploads.getByText('Cancelled').waitFor())
await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
await page.locator('#chosen').setInputFiles(file('build.xml', '<report><other/></report>'))
await see('overwriting asks', uploads.getByText('Already exists').waitFor())
await page.getByRole('button', { name: 'Replace reports/build.xml' }).click()
await see('and overwrites after a yes', uploads.getByText('Already exists').waitFor({ state: 'hidden' }).then(() => uploads.locator('.stored').first().waitFor()))
await page.getByRole('button', { name: 'Clear finished' }).click()
await see('finished uploads can be dismissed', uploads.locator('li.stored').count().then(count => count === 0))
await page.getByLabel('Find by name').fill('BUILD')
await see('a text in a name is found by the hub', page.getByRole('link', { name: 'build.xml', exact: true }).waitFor())
await page.getByLabel('Find by name').fill('nothing')
await see('and nothing else is', page.getByText('No names match').waitFor())
await page.getByLabel('Find by name').fill('')

// One file: its content, its history, an edit that is refused and one that isn't.
await page.getByRole('link', { name: 'build.xml', exact: true }).click()
const pane = page.locator('#file')
await see('a file shows its content', pane.locator('pre').getByText('<report><other/></report>').waitFor())
await see('and its history', pane.locator('.history li').nth(1).innerText().then(text => /created/.test(text) && /by ann/.test(text) && text))
await see('with what validated it', pane.locator('.history li').first().innerText().then(text => /xml-reports/.test(text) && text))
await picture(page, 'file')
await accessible(page, 'file')
await pane.getByRole('button', { name: 'Edit' }).click()
await pane.getByLabel('Text of').fill('<report><other></report>')
await pane.getByRole('button', { name: 'Validate' }).click()
await see('a text can be validated before it is saved', pane.locator('.reasons li').first().innerText().then(text => /line 1/.test(text) && text))
await pane.getByRole('button', { name: 'Save' }).click()
await see('and isn’t saved if it is refused', pane.getByText('Refused. Nothing has changed.').waitFor())
await picture(page, 'edit')
await accessible(page, 'edit')
await pane.getByLabel('Text of').fill('<report>\n<mended/></report>')
await pane.getByRole('button', { name: 'Save' }).click()
await see('mended, it is saved', pane.locator('pre').getByText('<mended/>').waitFor())
await pane.getByRole('button', { name: 'Edit' }).click()
await pane.getByLabel('Text of').fill('<mine/>')
await fetch(`${url}/files/reports/build.xml`, { method: 'PUT', body: '<theirs/>', headers: { Authorization: `Bearer ${ADMIN}` } })
await pane.getByRole('button', { name: 'Save' }).click()
await see('another’s change is not overwritten', pane.getByText('Somebody has changed the file').waitFor())
await pane.getByRole('button', { name: 'Close' }).click()

// Folders: made, uploaded, sorted, selected, moved.
await page.getByRole('button', { name: 'New folder…' }).click()
await page.getByRole('dialog').getByLabel('Name').fill('new one')
await page.keyboard.press('Enter')
await see('a folder can be made', page.getByRole('link', { name: 'new one', exact: true }).waitFor())
mkdirSync(`${folder}/tree/deep`, { recursive: true })
for (const [name, length] of [['a.txt', 3], ['deep/b.txt', 2], ['deep/c.bin', 5]]) writeFileSync(`${folder}/tree/${name}`, 'x'.repeat(length))
await page.locator('#chosen-folder').setInputFiles(`${folder}/tree`)
await see('a folder is uploaded with all that is in it', page.getByRole('link', { name: 'tree', exact: true }).waitFor().then(() => uploads.locator('.stored').nth(2).waitFor()))
await page.getByRole('button', { name: 'Clear finished' }).click()
await page.getByLabel('Find by name').fill('.TXT')
await page.getByLabel('In subfolders, too').check()
await see('a name is found in subfolders', page.getByRole('link', { name: 'tree/deep/b.txt', exact: true }).waitFor())
await page.getByLabel('In subfolders, too').uncheck()
await page.getByLabel('Find by name').fill('')
await page.goto(`${url}/#/files/reports/tree/`)
await page.getByRole('link', { name: 'a.txt', exact: true }).waitFor()
await page.goto(`${url}/#/files/reports/tree/deep/`)
await page.getByRole('link', { name: 'c.bin', exact: true }).waitFor()
const names = () => page.locator('#entries td.name').allInnerTexts()
await page.getByRole('button', { name: 'Size' }).click()
await page.getByRole('button', { name: 'Size' }).click()
await see('entries are sorted by size, the largest first', names().then(all => String(all) === 'c.bin,b.txt' || String(all)))
await see('as a screen reader is told', page.locator('th[aria-sort=descending]').innerText())
await page.goto(`${url}/#/files/reports/tree/`)
await page.getByLabel('Select all').check()
await see('several entries can be selected', page.getByText('2 selected').waitFor())
await picture(page, 'selection')
await accessible(page, 'selection')
const [zip] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as zip' }).click()])
await see('and downloaded as one file', zip.suggestedFilename() === 'tree.zip' || zip.suggestedFilename())
await page.getByRole('button', { name: 'Move…' }).click()
await page.getByRole('dialog').getByLabel('To the folder').fill('reports/new one')
await page.keyboard.press('Enter')
await page.goto(`${url}/#/files/reports/new%20one/`)
await see('and moved', page.getByRole('link', { name: 'deep', exact: true }).waitFor())
await page.getByRole('link', { name: 'a.txt', exact: true }).click()
await pane.getByRole('button', { name: 'Rename or move…' }).click()
await page.getByRole('dialog').getByLabel('New path').fill('reports/elsewhere/z.txt')
await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
await page.goto(`${url}/#/files/reports/elsewhere/?file=z.txt`)
await see('and renamed', pane.locator('pre').getByText('xxx').waitFor())
await see('its history names the user', pane.locator('.history').getByText('by ann').waitFor())

await page.goto(`${url}/#/files/`)
await page.locator('#entries tr').first().waitFor()
await see('what the user may not do is not offered', page.locator('#choose').isDisabled())
await page.goto(`${url}/#/files/reports/`)
await page.goto(`${url}/#/events?topics=file.&filter=build`)
await page.reload()
await see('a reload shows what the journal has', row.waitFor())
await see('and keeps topics and filter', page.getByLabel('Filter').inputValue().then(value => value === 'build'))
const tab = await page.context().newPage()
await tab.goto(url)
await see('another tab is signed in, too', tab.getByText('Live', { exact: true }).waitFor({ timeout: wait }))
await page.goto(`${url}/#/files/reports/`)
await page.getByRole('button', { name: 'Delete build.xml' }).click()
await see('deleting asks first', page.getByRole('dialog').getByText('can’t be undone').waitFor())
await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
await see('and then deletes', page.getByRole('link', { name: 'build.xml', exact: true }).waitFor({ state: 'detached' }))
await see('cancelled uploads leave nothing', page.getByText('large.bin', { exact: true }).count().then(count => count === 0))

await page.getByRole('button', { name: 'Sign out' }).click()
await see('signing out in one tab signs out the other', tab.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: wait }))
await page.reload()
await see('who signed out stays out', page.getByRole('heading', { name: 'Sign in' }).waitFor())
seen('the token is nowhere in the browser’s lasting storage', await page.evaluate(() => localStorage.length === 0 && sessionStorage.length === 0 && document.cookie === ''))

const admin = await open()
await signIn(admin, ADMIN)
await admin.getByRole('link', { name: 'Hub', exact: true }).click()
await see('an administrator sees who is connected', admin.locator('#clients').getByText('websocket').first().waitFor())
await see('the validators', admin.locator('#validators').getByText('xml-reports').waitFor())
await see('a validator that can’t be activated', admin.locator('#validators tr', { hasText: 'xsd-broken' }).getByText('unavailable').waitFor())
await see('and why', admin.locator('#validators tr', { hasText: 'xsd-broken' }).locator('.reason').innerText().then(text => /schema/.test(text) && text))
await see('a component that is degraded', admin.locator('#components .degraded').getByText('configuration').first().waitFor())
await see('and why', admin.locator('#problems').getByText('xsd-broken').first().innerText().then(text => /degraded/.test(text) && text))
await see('and rates as charts', admin.locator('#charts svg path.line').first().waitFor({ state: 'attached' }))  // a flat line has no height
await picture(admin, 'hub')
await accessible(admin, 'hub')

const other = await open()
const [socket] = await Promise.all([other.waitForEvent('websocket'), signIn(other, TOKEN)])
await other.getByText('Live', { exact: true }).waitFor()
const closed = socket.waitForEvent('close')
await admin.getByRole('button', { name: 'Disconnect ann' }).click()
await admin.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
await see('a client can be disconnected', closed.then(() => true))
await other.context().close()

// Users: one is made with least grants, gets a token, and loses it.
await admin.getByRole('link', { name: 'Users', exact: true }).click()
await see('an administrator sees the users', admin.locator('#user-list').getByText('viewer').waitFor())
await admin.getByRole('button', { name: 'New user…' }).click()
await admin.getByRole('dialog').getByLabel('Name').fill('agent')
await admin.keyboard.press('Enter')
const detail = admin.locator('#user-detail')
await see('a user can be made', detail.getByRole('heading', { name: 'agent' }).waitFor())
await detail.getByLabel('May').selectOption('create')
await detail.getByLabel('Topic prefix or path').fill('builds/{user}/')
await detail.getByRole('button', { name: 'Add grant' }).click()
await see('granted something', detail.locator('.chips').getByText('Create files: files in builds/{user}/').waitFor())
await detail.getByLabel('Role').fill('no-such-role')
await detail.getByRole('button', { name: 'Add role' }).click()
await see('but no role that isn’t there', admin.locator('#user-secret .error').getByText('no-such-role').waitFor())
await detail.getByLabel('Label of the token').fill('machine-1')
await detail.getByRole('button', { name: 'Create token' }).click()
const agentToken = await admin.locator('#user-secret code').innerText()
await picture(admin, 'users')
await accessible(admin, 'users')
const asAgent = path => fetch(`${url}/files/${path}`, { method: 'PUT', body: 'x', headers: { Authorization: `Bearer ${agentToken}` } }).then(answer => answer.status)
await see('and given a token that does just this', Promise.all([asAgent('builds/agent/a'), asAgent('reports/a')]).then(all => String(all) === '201,403' || all.join()))
await detail.getByRole('button', { name: 'Revoke machine-1' }).click()
await admin.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
await see('which can be revoked', detail.getByText('machine-1').waitFor({ state: 'detached' }).then(() => asAgent('builds/agent/b')).then(status => status === 401 || status))
await detail.getByRole('button', { name: 'Disable' }).click()
await see('a user can be disabled', detail.getByRole('button', { name: 'Enable' }).waitFor())
await detail.getByRole('button', { name: 'Delete user' }).click()
await admin.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
await see('and deleted', admin.locator('#user-list').getByText('agent').waitFor({ state: 'detached' }))
await see('no token is left on the screen', admin.waitForFunction(token => !document.body.innerHTML.includes(token), agentToken))

// One's own account, and publishing.
await admin.locator('#user').click()
await see('one sees what one may do', admin.locator('#account-grants').getByText('Do everything').waitFor())
await admin.getByLabel('Label of the token').fill('mine')
await admin.getByRole('button', { name: 'Create token' }).click()
await see('and makes a token of one’s own', admin.locator('#account-secret code').innerText().then(token => token.startsWith('dh_')))
await picture(admin, 'account')
await accessible(admin, 'account')
await admin.getByRole('link', { name: 'Events', exact: true }).click()
await see('which is gone when one leaves', admin.locator('#account-secret code').waitFor({ state: 'detached' }))
await admin.getByRole('button', { name: 'Publish…' }).click()
await admin.getByLabel('Topic', { exact: true }).fill('build.by hand/é')
await admin.getByLabel('Payload').fill('typed')
await admin.getByRole('button', { name: 'Publish', exact: true }).click()
await see('an event can be published', admin.getByRole('button', { name: 'build.by hand/é' }).waitFor())
await admin.getByRole('link', { name: 'Hub', exact: true }).click()

await admin.getByRole('button', { name: 'Sign out' }).click()
await see('signing out on the hub section leaves nothing', admin.waitForFunction(() => document.querySelector('#hub').hidden && !/viewer|xml-reports/.test(document.body.textContent)))
await admin.reload()
await see('signed out, the hub section is the sign-in', admin.getByRole('heading', { name: 'Sign in' }).waitFor())
await signIn(admin, ADMIN)
await admin.locator('#validators').getByText('active').first().waitFor()

const phone = await open({ viewport: { width: 390, height: 800 }, colorScheme: 'dark', isMobile: true, hasTouch: true })
await signIn(phone, ADMIN)
await phone.getByText('Live', { exact: true }).waitFor()
for (const [name, content] of [['Events', 'Pause'], ['Files', 'reports'], ['Users', 'viewer'], ['Hub', 'xml-reports']]) {
  await phone.getByRole('link', { name, exact: true }).click()
  await phone.locator('main > section:not([hidden])').getByText(content).first().waitFor()
  await see(`on a phone ${name} fits the width`, phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  await picture(phone, `phone-${name.toLowerCase()}`)
  await accessible(phone, `${name} on a phone, dark`)
}

// Names that are long, or look like markup.
const asAdmin = { Authorization: `Bearer ${ADMIN}` }
const put = (path, body) => fetch(`${url}/files/${path}`, { method: 'PUT', headers: asAdmin, body })
const long = `${'long'.repeat(60)}.txt`
const markup = '<img src=x onerror=document.title=1>.txt'
for (const name of [long, markup, 'a.txt', 'b.txt']) await put(`names/${encodeURIComponent(name)}`, 'text')
for (const [who, visitor] of [['a phone', phone], ['a desk', admin]]) {
  await visitor.goto(`${url}/#/files/names/`)
  await visitor.getByRole('link', { name: long, exact: true }).waitFor()
  await see(`a long name fits the width on ${who}`, visitor.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
}
await see('markup in a name is text', admin.getByRole('link', { name: markup, exact: true }).waitFor())
await admin.locator('#chosen').setInputFiles({ name: markup, mimeType: 'text/plain', buffer: Buffer.from('other') })
await see('in what is asked, too', admin.locator('#uploads').getByText(markup, { exact: false }).first().waitFor())
await admin.goto(`${url}/#/files/reports/`)
await admin.locator('#chosen').setInputFiles(file('bad.xml', '<a><b onclick="alert(1)">&<script></a>'))
await see('what a validator says is text', admin.locator('#uploads .reasons li').first().waitFor())
await see('nothing of it became an element', admin.evaluate(() => document.title !== '1' && !document.querySelector('main img[src=x], main script, main b[onclick]')))

// By keyboard alone.
await admin.goto(`${url}/#/files/names/`)
await admin.getByRole('link', { name: 'a.txt', exact: true }).focus()
await admin.keyboard.press('ArrowDown')
const focused = () => admin.evaluate(() => (document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim())
await see('arrow down goes to the next name', focused().then(name => name === 'b.txt' || `at ${name}` && false))
await admin.keyboard.press('ArrowUp')
await see('arrow up goes back', focused().then(name => name === 'a.txt'))
await admin.getByRole('button', { name: 'Delete a.txt' }).press('Enter')
await admin.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter')
await admin.getByRole('link', { name: 'a.txt', exact: true }).waitFor({ state: 'detached' })
await see('after a deletion the focus is at what is beside it', admin.waitForFunction(() => /^Delete /.test(document.activeElement.getAttribute('aria-label') || '')))

// An upload that the network interrupts, and then a reload.
const network = new Network()
const throughProxy = await network.start()
const seat = await open({}, throughProxy)
const bytes = Buffer.alloc(4_000_000, 'datahub')
writeFileSync(`${folder}/large.bin`, bytes)
writeFileSync(`${folder}/other.bin`, 'other')
const offsets = []
seat.on('request', request => { if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset'])) })
await signIn(seat, TOKEN)
await seat.getByText('Live', { exact: true }).waitFor()
await seat.goto(`${throughProxy}/#/files/reports/`)
const throttle = await seat.context().newCDPSession(seat)
const limitUploads = bytesPerSecond => throttle.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond })
await limitUploads(300_000)
await seat.locator('#chosen').setInputFiles(`${folder}/large.bin`)
const progress = part => seat.waitForFunction(wanted => document.querySelector('#uploads progress').value > wanted, part)
const resume = seat.getByRole('button', { name: 'Resume reports/large.bin' })
await progress(0.2)
network.become('cut')
await see('an upload that the network interrupts can be resumed', resume.waitFor())
await see('and the page reconnects', seat.getByText('Reconnecting', { exact: true }).waitFor())
network.become('up')
await see('by itself, when the network is back', seat.getByText('Live', { exact: true }).waitFor())
await Promise.all([seat.waitForRequest(request => request.method() === 'PATCH'), resume.click()])
await progress(0.5)
await see('resumed, it continues at the offset of the hub', offsets.length === 2 && offsets[0] === 0 && offsets[1] > 0 && offsets.join())
await seat.reload()
await see('after a reload the file must be chosen again', seat.locator('#uploads').getByText('Choose the file again').waitFor())
const choose = async name => {
  const [chooser] = await Promise.all([seat.waitForEvent('filechooser'), resume.click()])
  await chooser.setFiles(`${folder}/${name}`)
}
await choose('other.bin')
await see('another file is not taken for it', seat.locator('#uploads').getByText('That is another file').waitFor())
await choose('large.bin')
await see('the same file resumes the upload', seat.locator('#uploads .stored').waitFor())
await see('at the offset of the hub', offsets.length === 3 && offsets[2] > 0 && offsets.join())
const stored = await fetch(`${url}/files/reports/large.bin`, { headers: { Authorization: `Bearer ${ADMIN}` } })
const digest = data => createHash('sha256').update(data).digest('hex')
await see('and the record is complete', stored.arrayBuffer().then(data => digest(Buffer.from(data)) === digest(bytes)))
seen('nothing is remembered of it', await seat.evaluate(() => sessionStorage.length === 0))

// A hub that starts, or a proxy before it, answers 503.
network.become('unavailable')
await seat.getByText('Reconnecting', { exact: true }).waitFor()
while (network.refused < 2) await seat.waitForEvent('websocket')
network.become('up')
await see('after a 503 the events come back by themselves', seat.getByText('Live', { exact: true }).waitFor())
await seat.route('**/whoami', route => route.fulfill({ status: 503 }), { times: 1 })
await seat.reload()
await see('a page that was opened meanwhile, too', seat.getByText('Live', { exact: true }).waitFor())
await seat.context().close()
network.stop()

// A token that is revoked takes the data off the screen, wherever its user is.
for (const [view, text] of [['#/events?topics=file.', 'names/b.txt'], ['#/files/names/', 'b.txt'], ['#/hub', 'xml-reports']]) {
  const made = await (await fetch(`${url}/tokens`, { method: 'POST', headers: asAdmin, body: JSON.stringify({ label: 'soon gone' }) })).json()
  const visitor = await open()
  await signIn(visitor, made.token)
  await visitor.getByText('Live', { exact: true }).waitFor()
  await visitor.goto(`${url}/${view}`)
  await visitor.locator('main > section:not([hidden])').getByText(text).first().waitFor()
  const users = await (await fetch(`${url}/files/broker_users.xml`, { headers: asAdmin })).text()
  await put('broker_users.xml', users.replace(/<token [^>]*label="soon gone"[^>]*\/>/, ''))
  await see(`a revoked token ends ${view}`, visitor.getByRole('heading', { name: 'Sign in' }).waitFor())
  await see('and nothing of it is left on the screen', visitor.waitForFunction(gone => !document.body.textContent.includes(gone), text))
  await visitor.context().close()
}

// Labels, names, roles: what a screen reader lives on.
const nameless = await admin.evaluate(() => [...document.querySelectorAll('button, a, input, [role=img], progress')]
  .filter(e => e.offsetParent !== null)
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.querySelector('img[alt]')))
  .map(e => e.outerHTML.slice(0, 80)))
seen('everything that can be used has a name', nameless.length === 0, nameless.join())
for (const each of [page, admin, phone]) {
  seen('nothing was asked of anybody else', each.elsewhere.length === 0, each.elsewhere.join())
  seen('the browser had nothing to complain of', each.complaints.length === 0, each.complaints.join(' | '))
}
await browser.close()
