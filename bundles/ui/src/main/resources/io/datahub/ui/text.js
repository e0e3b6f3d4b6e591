// Texts that can be edited.

/** Larger files can't be edited, in bytes. */
export const MAX_EDIT = 256 * 1024

/** Whether all lines end in the same manner: an editor in a page can't keep a mixture. */
export function isUniform(text) {
  const ends = new Set(text.match(/\r\n|\r|\n/g))
  return ends.size < 2 && !ends.has('\r')
}

/** The text in UTF-8; null if the bytes are none. */
export function textOf(bytes, isCut) {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut })
  } catch {
    return null
  }
}

/** The text of a file of the user's own; null if it is too large to be edited, or no text. */
export async function localText(file) {
  const text = file.size > MAX_EDIT ? null : textOf(new Uint8Array(await file.arrayBuffer()), false)
  return text !== null && isUniform(text) ? text : null
}
