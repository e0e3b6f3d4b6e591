// Uploads a file by tus and prints what came of it: node tus.js ENDPOINT TOKEN FILE PATH CHUNK [RETRIES] [OPTIONS]
// OPTIONS is JSON, such as {"parallelUploads":4} or {"uploadLengthDeferred":true}.
const fs = require('fs');
const { PassThrough } = require('stream');
const tus = require('tus-js-client');
const [endpoint, token, file, path, chunk, retries, more] = process.argv.slice(2);
const options = JSON.parse(more || '{}');
// Of a stream without a file's name the client doesn't know the length either.
const source = options.uploadLengthDeferred ? fs.createReadStream(file).pipe(new PassThrough()) : fs.createReadStream(file);
const upload = new tus.Upload(source, {
  endpoint, uploadSize: options.uploadLengthDeferred || options.parallelUploads ? null : fs.statSync(file).size, chunkSize: Number(chunk) || Infinity, metadata: { path, filename: 'x' },
  headers: { Authorization: `Bearer ${token}` }, retryDelays: Array(Number(retries) || 0).fill(500),
  ...options,
  onUploadUrlAvailable: () => console.log('at', upload.url),
  onProgress: (sent, total) => console.log('progress', sent, total),
  onError: (error) => { console.log('error', error.originalResponse ? error.originalResponse.getStatus() : error.message); process.exit(1); },
  onSuccess: () => { console.log('success', upload.url); },
});
upload.start();
