// A peer of the npm package zeromq: see system-tests/test_zeromq.py for what it reads and prints.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import * as zmq from "zeromq"

const settings = Object.fromEntries(readFileSync(0, "utf8").trim().split("\n").map(line => {
  const at = line.indexOf("=")
  return [line.slice(0, at), line.slice(at + 1)]
}))
const login = settings.user
  ? { plainUsername: settings.user, plainPassword: settings.token }
  : { curvePublicKey: settings.public, curveSecretKey: settings.secret, curveServerKey: settings.server }
const kinds = { PUB: zmq.Publisher, XPUB: zmq.XPublisher, PUSH: zmq.Push, REQ: zmq.Request, DEALER: zmq.Dealer }

function connect(Kind, more = {}) {
  const socket = new Kind({ ...login, linger: 0, ...more })
  socket.connect(settings.address)
  return socket
}

async function subscriber(kind, prefix) {
  const socket = connect(kind === "SUB" ? zmq.Subscriber : zmq.XSubscriber, { receiveTimeout: 20000 })
  if (kind === "SUB") socket.subscribe(prefix)
  else await socket.send(Buffer.concat([Buffer.of(1), Buffer.from(prefix)]))
  return socket
}

const payload = (i, size) => Buffer.alloc(size, createHash("sha256").update(`${settings.name} ${i}`).digest())

async function publish(socket, kind, frames) {
  await socket.send(kind === "DEALER" ? ["", ...frames] : frames)
  if (kind !== "REQ" && kind !== "DEALER") return
  const answer = (await socket.receive()).map(String).join(" ").trim()
  if (answer !== "OK") throw new Error(`the answer is ${answer}`)
}

async function mix(receiving, publishing) {
  const topic = `zq.${settings.name}.${receiving}.${publishing}`
  const sizes = settings.sizes.split(",").map(Number)
  const sub = await subscriber(receiving, topic)
  const pub = connect(kinds[publishing], { sendTimeout: 20000 })
  let probing = true
  const probes = (async () => {
    while (probing) {
      await publish(pub, publishing, [topic, "probe"])
      await new Promise(done => setTimeout(done, 50))
    }
  })()
  let frames = await sub.receive()
  probing = false
  await probes
  const sending = (async () => {
    for (const [i, size] of sizes.entries()) await publish(pub, publishing, [topic, payload(i, size), String(i)])
  })()
  for (const [i, size] of sizes.entries()) {
    do frames = await sub.receive(); while (String(frames[1]) === "probe")
    if (frames.length !== 3 || String(frames[2]) !== String(i) || !frames[1].equals(payload(i, size)))
      throw new Error(`message ${i} of ${size} bytes came as ${frames.map(f => f.length)}`)
  }
  await sending
  sub.close()
  pub.close()
}

if (settings.mode === "listen") {
  const sub = await subscriber("SUB", "zq.again")
  sub.receiveTimeout = -1
  console.log("listening")
  for await (const [topic] of sub) console.log(String(topic))
} else {
  for (const receiving of ["SUB", "XSUB"])
    for (const publishing of Object.keys(kinds))
      await mix(receiving, publishing).then(
        () => console.log(`ok ${publishing} ${receiving}`),
        e => console.log(`FAIL ${publishing} ${receiving} ${e.message}`))
  process.exit(0)
}
