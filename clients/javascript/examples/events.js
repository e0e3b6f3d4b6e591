// Prints events as they happen, over WebSocket: node events.js PREFIX… (Node 22, or pass the WebSocket of the package ws)
import { readFile } from 'node:fs/promises'
import { WebSocketHub } from '../src/websocket.js'

const token = async () => (await readFile(process.env.DATAHUB_TOKEN_FILE, 'utf8')).trim()
const hub = new WebSocketHub(process.env.DATAHUB_URL, { token })
for await (const event of hub.subscribe(process.argv.slice(2))) console.log(event.topic, event.text ?? event.payload)
