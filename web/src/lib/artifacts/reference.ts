/** Files that an artifact only points at lie elsewhere: in a bucket, on a disk, on another site. */

/** Whether an address is neither on one of our hosts nor one of our signed addresses. */
export function isReference(address: string, ours: readonly string[]): boolean {
  let url: URL;
  try {
    url = new URL(address, ours[0]);
  } catch {
    return true;
  }
  if (!/^https?:$/.test(url.protocol)) return true;
  return !ours.some((own) => new URL(own).host === url.host);
}
