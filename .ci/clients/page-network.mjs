// A person at the page of a hub that can't be reached for a while, or ends the session.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { asAdmin, browser, folder, home, Network, open, put, see, seen, signIn, TOKEN, url } from './visit.mjs'

await put('names/b.txt', 'text')

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
await seat.goto(`${throughProxy}/#/files/${home}/`)
const throttle = await seat.context().newCDPSession(seat)
const limitUploads = bytesPerSecond => throttle.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond })
await limitUploads(300_000)
await seat.locator('#chosen').setInputFiles(`${folder}/large.bin`)
const progress = part => seat.waitForFunction(wanted => document.querySelector('#uploads progress').value > wanted, part)
const resume = seat.getByRole('button', { name: `Resume ${home}/large.bin` })
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
const stored = await fetch(`${url}/files/${home}/large.bin`, { headers: asAdmin })
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
network.become('cut')
await seat.getByText('Reconnecting', { exact: true }).waitFor()
await seat.route('**/whoami', async route => route.fulfill({ json: { ...await (await route.fetch()).json(), journal: 'another' } }), { times: 1 })
network.become('up')
await see('hubs behind one address that are no cluster are noticed', seat.getByText('Different hubs answer at this address').waitFor())
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
await browser.close()
