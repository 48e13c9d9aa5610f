/** Requests in the order in which people want them. */

interface Dated {
  state: string;
  createdAt: string;
  answeredAt: string | null;
}

export const isPending = (request: { state: string }): boolean => request.state === 'pending';

/** Those that wait, the oldest first: it has waited longest. */
export const waiting = <Request extends Dated>(requests: readonly Request[]): Request[] =>
  requests.filter(isPending).toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));

/** Those that were answered, the newest answer first. */
export const answered = <Request extends Dated>(requests: readonly Request[]): Request[] =>
  requests
    .filter((request) => !isPending(request))
    .toSorted((a, b) => (b.answeredAt ?? b.createdAt).localeCompare(a.answeredAt ?? a.createdAt));
