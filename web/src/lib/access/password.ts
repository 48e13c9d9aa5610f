/** What a new password must be, as the server asks it. */
import { t } from '../i18n/messages.svelte';

export const LEAST_PASSWORD = 10;

/** What is wrong with a new password; empty when nothing is. */
export const passwordProblem = (password: string): string =>
  [...password].length >= LEAST_PASSWORD
    ? ''
    : t('web.setup.badPassword', { least: LEAST_PASSWORD });
