/** Contents of logged files, kept while the page is open: moving through the steps comes back to them. */
import { ApiError } from '../api/errors';
import { t } from '../i18n/messages.svelte';

/** Larger files are only offered for download. */
export const MOST_BYTES = 64 << 20;
/** Bytes that are kept. */
const KEPT = 128 << 20;

const known = new Map<string, ArrayBuffer>();
let held = 0;

/** The bytes at an address. */
export async function load(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const kept = known.get(url);
  if (kept) return kept;
  const response = await fetch(url, { signal: signal ?? null });
  if (!response.ok) throw new ApiError(t('web.files.failed'), response.status);
  const bytes = await response.arrayBuffer();
  known.set(url, bytes);
  held += bytes.byteLength;
  for (const [old, { byteLength }] of known) {
    if (held <= KEPT || old === url) break;
    known.delete(old);
    held -= byteLength;
  }
  return bytes;
}

/** The text at an address. */
export const loadText = async (url: string, signal?: AbortSignal): Promise<string> =>
  new TextDecoder().decode(await load(url, signal));
