// What both clients use.

export const pause = (millis, signal) => new Promise((resolve, reject) => {
  if (signal?.aborted) return reject(signal.reason)
  const aborted = () => { clearTimeout(timer); reject(signal.reason) }
  const timer = setTimeout(() => { signal?.removeEventListener('abort', aborted); resolve() }, millis)
  signal?.addEventListener('abort', aborted, { once: true })
})

export const backoff = failures => Math.min(500 * 2 ** (failures - 1), 30_000) * (1 - 0.3 * Math.random())

export const fromBase64 = text => Uint8Array.from(atob(text), c => c.charCodeAt(0))
