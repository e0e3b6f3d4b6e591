// An administrator at the page: the hub, its clients, hooks and users, an own account; on a phone; with odd names; by keyboard alone.
import { accessible, ADMIN, browser, open, picture, put, see, seen, signIn, TOKEN, url } from './visit.mjs'

const file = (name, text) => ({ name, mimeType: 'text/xml', buffer: Buffer.from(text) })
await put('reports/first.txt', 'text')

const admin = await open()
await signIn(admin, ADMIN)
await admin.getByRole('link', { name: 'Hub', exact: true }).click()
await see('an administrator sees who is connected', admin.locator('#clients').getByText('websocket').first().waitFor())
await see('the validators', admin.locator('#validators').getByText('xml-reports').waitFor())
await see('a validator that can’t be activated', admin.locator('#validators tr', { hasText: 'xsd-broken' }).getByText('unavailable').waitFor())
await see('and why', admin.locator('#validators tr', { hasText: 'xsd-broken' }).locator('.reason').innerText().then(text => /schema/.test(text) && text))
await see('a component that is degraded', admin.locator('#components .degraded').getByText('configuration').first().waitFor())
await see('and why', admin.locator('#problems').getByText('xsd-broken').first().innerText().then(text => /degraded/.test(text) && text))
const points = () => admin.evaluate(() => document.querySelector('#charts path.line')?.getAttribute('d').split('L').length ?? 0)
await see('and rates as charts', admin.waitForFunction(() => document.querySelector('#charts path.line')?.getAttribute('d').split('L').length > 2))
await see('with a scale and times', admin.locator('#charts figure').first().locator('text').count().then(count => count >= 5 || count))
await admin.getByText('Try the validators').click()
await admin.getByLabel('Path', { exact: true }).fill('reports/trial.xml')
await admin.getByLabel('or text').fill('<report><open></report>')
await admin.getByRole('button', { name: 'Validate' }).click()
await see('a dry run shows why a text would be refused', admin.locator('#trial-reasons li').first().innerText().then(text => /line 1/.test(text) && text))
await admin.getByLabel('or text').fill('<report/>')
await admin.getByRole('button', { name: 'Validate' }).click()
await see('and by what it would be accepted', admin.locator('#trial-note').getByText(/Accepted by .*xml-reports/).waitFor())
const hook = admin.locator('#hooks li', { hasText: 'ci' })
await hook.locator('summary').click()
await see('hooks show their deliveries', hook.getByRole('cell', { name: 'accepted' }).first().waitFor())
const webhook = admin.locator('#webhooks li', { hasText: 'deploy' })
await webhook.locator('summary').click()
await see('webhooks, too', webhook.getByRole('cell', { name: 'refused' }).first().waitFor())
await webhook.getByRole('button', { name: 'Show the dead letters of deploy' }).click()
const letters = webhook.getByRole('region', { name: 'Dead letters' }).locator('tbody tr')
await see('and what they couldn’t send', letters.nth(1).waitFor())
await picture(admin, 'hub-hooks')
await letters.first().getByRole('button', { name: /^Send/ }).click()
await see('which can be sent again', letters.nth(1).waitFor({ state: 'detached' }))
await webhook.getByRole('button', { name: /^Drop msg|^Drop [^a]/ }).first().click()
await admin.getByRole('dialog').getByRole('button', { name: 'Drop' }).click()
await see('or dropped', webhook.getByText('0 dead letters').waitFor())
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
await see('granted something', detail.locator('.chips').getByText('Create files: in builds/{user}/').waitFor())
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
await admin.locator('#account-new').getByLabel('Label of the token').fill('mine')
await admin.locator('#account-new').getByRole('button', { name: 'Create token' }).click()
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
const before = await points()
await admin.getByRole('link', { name: 'Hub', exact: true }).click()
await see('the charts went on in other sections', admin.waitForFunction(count => document.querySelector('#charts path.line')?.getAttribute('d').split('L').length > count, before))

await admin.getByRole('button', { name: 'Sign out' }).click()
await see('signing out on the hub section leaves nothing', admin.waitForFunction(() => document.querySelector('#hub').hidden && !/viewer|xml-reports/.test(document.body.textContent)))
await admin.reload()
await see('signed out, the hub section is the sign-in', admin.getByRole('heading', { name: 'Sign in' }).waitFor())
await signIn(admin, ADMIN)
await admin.locator('#validators').getByText('active').first().waitFor()

// A token whose response comes when its user has left isn't shown, now or later.
for (const [where, path, leave] of [
  ['a user', '#/users/?name=viewer', async () => admin.getByRole('link', { name: 'Hub', exact: true }).click()],
  ['one’s own account', '#/account', async () => {
    await admin.getByRole('button', { name: 'Sign out' }).click()
    await admin.getByRole('heading', { name: 'Sign in' }).waitFor()
  }],
]) {
  await admin.goto(`${url}/${path}`)
  await admin.locator('main > section:not([hidden])').getByLabel('Label of the token').fill('late')
  let release
  const left = new Promise(done => { release = done })
  let made
  const asked = new Promise(done => admin.route(/\/tokens$/, async route => {
    if (route.request().method() !== 'POST') return route.fallback()
    const response = await route.fetch()
    made = (await response.json()).token
    done()
    await left
    return route.fulfill({ response })
  }))
  await admin.locator('main > section:not([hidden])').getByRole('button', { name: 'Create token' }).click()
  await asked
  await leave()
  const [response] = await Promise.all([admin.waitForResponse(each => each.request().method() === 'POST' && each.url().endsWith('/tokens')), release()])
  await response.finished()
  await admin.unrouteAll({ behavior: 'wait' })
  if (await admin.locator('#sign-in').isVisible()) await signIn(admin, ADMIN)
  await admin.goto(`${url}/${path}`)
  await admin.locator('main > section:not([hidden])').getByLabel('Label of the token').waitFor()
  await see(`a token of ${where} that comes late isn’t shown`, admin.evaluate(token => !document.body.innerHTML.includes(token), made))
}
await admin.goto(`${url}/#/hub`)

const phone = await open({ viewport: { width: 390, height: 800 }, colorScheme: 'dark', isMobile: true, hasTouch: true })
await signIn(phone, ADMIN)
await phone.getByText('Live', { exact: true }).waitFor()
for (const [name, content] of [['Events', 'Pause'], ['Files', 'reports'], ['Users', 'viewer'], ['Hub', 'xml-reports']]) {
  await phone.getByRole('link', { name, exact: true }).click()
  await phone.locator('main > section:not([hidden])').getByText(content).first().waitFor()
  await see(`on a phone ${name} fits the width`, phone.evaluate(() => document.documentElement.scrollWidth).then(width => width <= 390 || `${width} px` && false))
  await picture(phone, `phone-${name.toLowerCase()}`)
  await accessible(phone, `${name} on a phone, dark`)
}

// Names that are long, or look like markup.
const long = `${'long'.repeat(60)}.txt`
const markup = '<img src=x onerror=document.title=1>.txt'
for (const name of [long, markup, 'a.txt', 'b.txt']) await put(`names/${encodeURIComponent(name)}`, 'text')
for (const [who, visitor] of [['a phone', phone], ['a desk', admin]]) {
  await visitor.goto(`${url}/#/files/names/`)
  await visitor.getByRole('link', { name: long, exact: true }).waitFor()
  await see(`a long name fits the width on ${who}`, visitor.evaluate(width => document.documentElement.scrollWidth <= width, visitor.viewportSize().width))
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

// Labels, names, roles: what a screen reader lives on.
const nameless = await admin.evaluate(() => [...document.querySelectorAll('button, a, input, [role=img], progress')]
  .filter(e => e.offsetParent !== null)
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.querySelector('img[alt]')))
  .map(e => e.outerHTML.slice(0, 80)))
seen('everything that can be used has a name', nameless.length === 0, nameless.join())
for (const each of [admin, phone]) {
  seen('nothing was asked of anybody else', each.elsewhere.length === 0, each.elsewhere.join())
  seen('the browser had nothing to complain of', each.complaints.length === 0, each.complaints.join(' | '))
}
await browser.close()
