/** What of the newest runs is worth saying first. */

interface Row {
  id: string;
  finishedAt: string | null;
  heartbeatAt: string | null;
}

/** A failure is news for this long. */
const NEWS = 7 * 24 * 3600 * 1000;
const MOST_FAILED = 8;
const MOST_NEW = 12;

/** Each run once: running, else failed within a week, else new. */
export function lately<R extends Row>(
  running: readonly R[],
  failed: readonly R[],
  recent: readonly R[],
  now: number,
): { running: R[]; failed: R[]; fresh: R[] } {
  const known = new Set(running.map((run) => run.id));
  const ended = (run: R) => Date.parse(run.finishedAt ?? run.heartbeatAt ?? '') || 0;
  const news = failed
    .filter((run) => !known.has(run.id) && now - ended(run) < NEWS)
    .slice(0, MOST_FAILED);
  for (const run of news) known.add(run.id);
  const fresh = recent.filter((run) => !known.has(run.id)).slice(0, MOST_NEW);
  return { running: [...running], failed: news, fresh };
}
