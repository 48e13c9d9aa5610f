/** The one sentence that a control shows when what it sent was refused. */
import { t } from '../i18n/messages.svelte';

export const failureOf = (error: unknown): string =>
  error instanceof Error && error.message ? error.message : t('web.error.unreachable');
