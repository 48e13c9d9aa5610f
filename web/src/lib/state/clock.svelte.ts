/** The present moment, ticking twice a minute, so that relative times stay true. */
let current = $state(Date.now());
if (typeof window !== 'undefined') setInterval(() => (current = Date.now()), 30_000);

export const now = (): number => current;
