// Uploads a file of five bytes with Uppy as it comes, which names the file and no path: node uppy.mjs ENDPOINT TOKEN NAME
import Uppy from '@uppy/core';
import Tus from '@uppy/tus';
const [endpoint, token, name] = process.argv.slice(2);
const uppy = new Uppy();
uppy.use(Tus, { endpoint, retryDelays: [], headers: { Authorization: `Bearer ${token}` } });
uppy.addFile({ name, type: 'text/plain', data: Object.assign(Buffer.from('hello'), { size: 5 }) }); // Node's tus-js-client takes no Blob
const { successful, failed } = await uppy.upload();
console.log(successful.length ? 'success' : `error ${failed[0].error}`);
process.exit(0);
