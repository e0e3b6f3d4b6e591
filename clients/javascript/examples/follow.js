// Prints each change below a directory once, also when it is stopped and started: node follow.js DIRECTORY/
import { readFile } from 'node:fs/promises'
import { FileStore, Hub } from '../src/node.js'

const token = async () => (await readFile(process.env.DATAHUB_TOKEN_FILE, 'utf8')).trim()
const hub = new Hub(process.env.DATAHUB_URL, { token, store: new FileStore('.datahub') })
for await (const change of hub.watch(process.argv[2], { name: 'follow' })) console.log(change.kind, change.path, change.sha256)
