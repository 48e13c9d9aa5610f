/** How many requests for access wait for the signed-in person's answer: shown in the rail, kept true. */
import { PendingRequestsDocument } from '../api/generated';
import { gql } from '../api/graphql';

const EVERY = 60_000;
let count = $state(0);

export const pendingRequests = (): number => count;

/** Asks anew; while the server cannot be asked the last count stays, and the page of requests says why. */
export async function countRequests(): Promise<void> {
  const answer = await gql(PendingRequestsDocument, {}).catch(() => undefined);
  if (answer) count = answer.accessRequests.length;
}

/** Counts now and while the page is looked at, until the returned function is called. */
export function followRequests(): () => void {
  void countRequests();
  const look = () => {
    if (!document.hidden) void countRequests();
  };
  const timer = setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
  return () => {
    count = 0;
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
