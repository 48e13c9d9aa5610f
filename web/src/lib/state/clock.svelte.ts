/** The present moment, ticking twice a minute, so that relative times stay true. */
let current = $state(Date.now());
const tick = () => {
  if (!document.hidden) current = Date.now();
};
if (typeof window !== 'undefined') {
  setInterval(tick, 30_000);
  document.addEventListener('visibilitychange', tick);
}

export const now = (): number => current;
