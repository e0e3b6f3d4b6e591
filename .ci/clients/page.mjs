// A person at the page: token, upload, refusal with the reason, mending, the event, found after reload.
import { mkdirSync, writeFileSync } from 'node:fs'
import { accessible, asAdmin, browser, folder, home, isPhone, open, picture, see, seen, seeNoComplaints, signIn, TOKEN, url } from './visit.mjs'

const file = (name, text) => ({ name, mimeType: 'text/xml', buffer: Buffer.from(text) })

const page = await open()
await page.addInitScript(() => {
  window.waits = []
  const setTimeout = window.setTimeout
  window.setTimeout = (action, millis, ...more) => { window.waits.push(millis); return setTimeout(action, millis, ...more) }
})
await page.route('**/session/oidc', route => route.fulfill({ json: { providers: [{ label: 'Acme', start: '/session/oidc/start' }] } }))
await page.goto(`${url}/?sign-in=expired`)
await see('an issuer is offered where one is configured', page.getByRole('link', { name: 'Sign in with Acme' }).waitFor())
await see('and why signing in there has failed', page.getByText('The sign-in took too long').waitFor())
await accessible(page, 'signing in')
await signIn(page, 'dh_wrong')
await see('a wrong token is told from a right one', page.getByText('doesn’t know this token').waitFor())
await signIn(page, TOKEN)
await see('who has a token is in, and live', page.getByText('Live', { exact: true }).waitFor())
await see('who is no monitor sees no hub section', page.getByRole('link', { name: 'Hub', exact: true }).isHidden())

await page.getByRole('link', { name: 'Files', exact: true }).click()
await page.getByLabel('Upload to').fill(`${home}/`)
await page.locator('#chosen').setInputFiles(file('build.xml', '<report><open></report>'))
const uploads = page.locator('#uploads')
await see('a bad file is refused', uploads.getByText('Refused', { exact: true }).waitFor())
await see('with the place and the reason', uploads.locator('.reasons li').first().innerText().then(text => /line 1/.test(text) && text))
await picture(page, 'refused')
await page.locator('#chosen').setInputFiles(file('build.xml', '<report><open/></report>'))
await see('mended, it is stored', uploads.getByText('Stored', { exact: false }).waitFor())

await page.getByRole('link', { name: 'Events', exact: true }).click()
const row = page.getByRole('button', { name: `file.created/${home}/build.xml` }).first()
await see('its event has come by', row.waitFor())
await row.focus()
await page.keyboard.press('Enter')
await see('the payload can be looked at, by keyboard', page.locator('#event pre').getByText(`"path": "${home}/build.xml"`).waitFor())
await accessible(page, 'event')
await page.keyboard.press('Escape')
await see('and is left by keyboard', row.evaluate(element => element === document.activeElement))
await page.getByLabel('Filter').fill('no such thing')
await see('the filter hides what doesn’t match', row.waitFor({ state: 'hidden' }))
await page.getByLabel('Filter').fill('BUILD.xml')
await see('and shows what does', row.waitFor())
await page.getByLabel('Filter').fill('')

await page.goto(`${url}/#/files/${home}/`)
await page.reload()
await see('after a reload it is found again', page.getByRole('link', { name: 'build.xml', exact: true }).waitFor())
await picture(page, 'files')
const pane = page.locator('#file')
if (isPhone) await page.getByRole('link', { name: 'build.xml', exact: true }).click()
const link = isPhone ? pane.getByRole('link', { name: 'Download' }) : page.getByRole('link', { name: 'Download build.xml' })
const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
await see('it can be downloaded', download.createReadStream().then(async stream => {
  let text = ''
  for await (const part of stream) text += part
  return text === '<report><open/></report>'
}))

// Pause: what happens meanwhile comes afterwards.
await page.getByRole('link', { name: 'Events', exact: true }).click()
await page.getByRole('button', { name: 'Pause' }).click()
await fetch(`${url}/events/build.done`, { method: 'POST', body: '<b>not markup</b>', headers: asAdmin })
await see('paused, events wait', page.getByText('1 waiting').waitFor())
await page.getByRole('button', { name: 'Resume' }).click()
await see('and come when it goes on, as text', page.getByText('<b>not markup</b>').waitFor())
await picture(page, 'events')

// Dropped, and cancelled while under way.
await page.goto(`${url}/#/files/${home}/`)
const session = await page.context().newCDPSession(page)
await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 })
const dropped = await page.evaluateHandle(() => {
  const transfer = new DataTransfer()
  transfer.items.add(new File([new Uint8Array(4_000_000)], 'large.bin'))
  return transfer
})
await page.locator('#drop').dispatchEvent('drop', { dataTransfer: dropped })
await see('a dropped file shows its progress', uploads.getByRole('progressbar').first().waitFor())
await page.getByRole('button', { name: `Cancel ${home}/large.bin` }).click()
await see('and can be cancelled', uploads.getByText('Cancelled').waitFor())
await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
await page.locator('#chosen').setInputFiles(file('build.xml', '<report><other/></report>'))
await see('overwriting asks', uploads.getByText('Already exists').waitFor())
await page.getByRole('button', { name: `Replace ${home}/build.xml` }).click()
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
await see('a file shows its content', pane.locator('pre').getByText('<report><other/></report>').waitFor())
await see('and its history', pane.locator('.history li').nth(1).innerText().then(text => /created/.test(text) && /by ann/.test(text) && text))
await see('with what validated it', pane.locator('.history li').first().innerText().then(text => /xml-reports/.test(text) && text))
await accessible(page, 'file')
await pane.getByRole('button', { name: 'Edit' }).click()
await pane.getByLabel('Text of').fill('<report><other></report>')
await pane.getByRole('button', { name: 'Validate' }).click()
await see('a text can be validated before it is saved', pane.locator('.reasons li').first().innerText().then(text => /line 1/.test(text) && text))
await pane.getByRole('button', { name: 'Save' }).click()
await see('and isn’t saved if it is refused', pane.getByText('Refused. Nothing has changed.').waitFor())
await accessible(page, 'edit')
await pane.getByLabel('Text of').fill('<report>\n<mended/></report>')
await pane.getByRole('button', { name: 'Save' }).click()
await see('mended, it is saved', pane.locator('pre').getByText('<mended/>').waitFor())
await pane.getByRole('button', { name: 'Edit' }).click()
await pane.getByLabel('Text of').fill('<mine/>')
await fetch(`${url}/files/${home}/build.xml`, { method: 'PUT', body: '<theirs/>', headers: asAdmin })
await pane.getByRole('button', { name: 'Save' }).click()
await see('another’s change is not overwritten', pane.getByText('Somebody has changed the file').waitFor())
page.expectedDialog = 'Discard your changes of this text?'
await pane.getByRole('button', { name: 'Close' }).click()
await see('a changed text is left after a question', pane.waitFor({ state: 'hidden' }))

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
await page.goto(`${url}/#/files/${home}/tree/`)
await page.getByRole('link', { name: 'a.txt', exact: true }).waitFor()
await page.goto(`${url}/#/files/${home}/tree/deep/`)
await page.getByRole('link', { name: 'c.bin', exact: true }).waitFor()
const names = () => page.locator('#entries td.name').allInnerTexts()
await page.getByRole('button', { name: 'Size' }).click()
await page.getByRole('button', { name: 'Size' }).click()
await see('entries are sorted by size, the largest first', names().then(all => String(all) === 'c.bin,b.txt' || String(all)))
await see('as a screen reader is told', page.locator('th[aria-sort=descending]').innerText())
await page.goto(`${url}/#/files/${home}/tree/`)
await page.getByLabel('Select all').check()
await see('several entries can be selected', page.getByText('2 selected').waitFor())
await accessible(page, 'selection')
const [zip] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as zip' }).click()])
await see('and downloaded as one file', zip.suggestedFilename() === 'tree.zip' || zip.suggestedFilename())
await page.getByRole('button', { name: 'Move…' }).click()
await page.getByRole('dialog').getByLabel('To the folder').fill(`${home}/new one`)
await page.keyboard.press('Enter')
await page.goto(`${url}/#/files/${home}/new%20one/`)
await see('and moved', page.getByRole('link', { name: 'deep', exact: true }).waitFor())
await page.getByRole('link', { name: 'a.txt', exact: true }).click()
await pane.getByRole('button', { name: 'Rename…' }).click()
await page.getByRole('dialog').getByLabel('New path').fill(`${home}/elsewhere/z.txt`)
await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
await page.goto(`${url}/#/files/${home}/elsewhere/?file=z.txt`)
await see('and renamed', pane.locator('pre').getByText('xxx').waitFor())
await see('its history names the user', pane.locator('.history').getByText('by ann').first().waitFor())

// Pictures, of which the browser keeps nothing: a small one, one that isn't in the first part of the file, and what isn't one.
const pictureOf = (width, height) => {
  const bitmap = Buffer.alloc(54 + 3 * width * height)
  bitmap.write('BM')
  for (const [at, value] of [[2, bitmap.length], [10, 54], [14, 40], [18, width], [22, height], [26, 1 | 24 << 16], [34, 3 * width * height]]) bitmap.writeUInt32LE(value, at)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bitmap.writeUIntLE(255 * x / width << 16 | 255 * y / height << 8 | 160, 54 + 3 * (y * width + x), 3)
  return bitmap
}
const pictures = { 'small.bmp': pictureOf(40, 30), 'large.bmp': pictureOf(400, 300) }
for (const [name, body] of Object.entries({ ...pictures, 'none.png': 'not a picture' })) {
  await fetch(`${url}/files/${home}/pictures/${name}`, { method: 'PUT', headers: asAdmin, body })
}
for (const name of Object.keys(pictures)) {
  await page.goto(`${url}/#/files/${home}/pictures/?file=${name}`)
  await see(`the picture ${name} is shown`, page.waitForFunction(wanted => document.querySelector('#file img')?.alt.endsWith(wanted) && document.querySelector('#file img').naturalWidth > 0, name).then(() => true))
}
await picture(page, 'picture')
await page.goto(`${url}/#/files/${home}/pictures/?file=none.png`)
await see('what isn’t a picture is said not to be one', pane.getByText('can’t show this picture').waitFor())

await page.goto(`${url}/#/files/`)
await page.locator('#entries tr').first().waitFor()
await see('what the user may not do is not offered', page.locator('#choose').isDisabled())
await page.goto(`${url}/#/files/${home}/`)
await page.goto(`${url}/#/events?topics=file.&filter=build`)
await page.reload()
await see('a reload shows what the journal has', row.waitFor())
await see('and keeps topics and filter', page.getByLabel('Filter').inputValue().then(value => value === 'build'))
const tab = await page.context().newPage()
await tab.goto(url)
await see('another tab is signed in, too', tab.getByText('Live', { exact: true }).waitFor())
await page.goto(`${url}/#/files/${home}/`)
await page.getByRole('button', { name: 'Delete build.xml' }).click()
await see('deleting asks first', page.getByRole('dialog').getByText('can’t be undone').waitFor())
await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
await see('and then deletes', page.getByRole('link', { name: 'build.xml', exact: true }).waitFor({ state: 'detached' }))
const isInCluster = (await (await fetch(`${url}/whoami`, { headers: asAdmin })).json()).hub !== undefined
await see('only a cluster is asked again, once all hubs know of it', page.evaluate(() => window.waits.includes(1_200)).then(isAsked => isAsked === isInCluster || isAsked))
await see('cancelled uploads leave nothing', page.getByText('large.bin', { exact: true }).count().then(count => count === 0))

await page.getByRole('button', { name: 'Sign out' }).click()
await see('signing out in one tab signs out the other', tab.getByRole('heading', { name: 'Sign in' }).waitFor())
await page.reload()
await see('who signed out stays out', page.getByRole('heading', { name: 'Sign in' }).waitFor())
seen('the token is nowhere in the browser’s lasting storage', await page.evaluate(() => localStorage.length === 0 && sessionStorage.length === 0 && document.cookie === ''))
seeNoComplaints(page)
const cached = path => page.evaluate(address => fetch(address, { cache: 'only-if-cached', mode: 'same-origin' }).then(answer => answer.status, () => 'nothing'), path)
for (const path of [...Object.keys(pictures).map(name => `/files/${home}/pictures/${name}`), `/files/${home}/`, '/whoami']) {
  await see(`nothing of ${path} is in the browser’s cache`, cached(path).then(found => found === 'nothing' || Promise.reject(new Error(found))))
}

// The plain page of a folder, which needs no script.
await fetch(`${url}/files/${home}/active.html`, { method: 'PUT', body: '<script>1</script>', headers: asAdmin })
const plain = await open({ httpCredentials: { username: 'ann', password: TOKEN } }, `${url}/files/${home}/`)
const [active] = await Promise.all([plain.waitForEvent('download'), plain.getByRole('link', { name: 'active.html' }).click()])
await see('a plain listing lets files be downloaded', active.suggestedFilename() === 'active.html')
await browser.close()
