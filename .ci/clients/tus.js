// Uploads a file by tus and prints what came of it: node tus.js ENDPOINT TOKEN FILE PATH CHUNK [RETRIES]
const fs = require('fs');
const tus = require('tus-js-client');
const [endpoint, token, file, path, chunk, retries] = process.argv.slice(2);
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint, uploadSize: fs.statSync(file).size, chunkSize: Number(chunk) || Infinity, metadata: { path, filename: 'x' },
  headers: { Authorization: `Bearer ${token}` }, retryDelays: Array(Number(retries) || 0).fill(500),
  onProgress: (sent, total) => console.log('progress', sent, total),
  onError: (error) => { console.log('error', error.originalResponse ? error.originalResponse.getStatus() : error.message); process.exit(1); },
  onSuccess: () => { console.log('success', upload.url); },
});
upload.start();
