/** What the tabs of a run are called. */
import type { MessageKey } from '../i18n/messages.svelte';
import type { RunTab } from '../router.svelte';

export const runWords: Record<RunTab, MessageKey> = {
  overview: 'web.run.overview',
  charts: 'web.run.charts',
  system: 'web.run.system',
  logs: 'web.run.logs',
  files: 'web.run.files',
  code: 'web.run.code',
  history: 'web.run.history',
};
