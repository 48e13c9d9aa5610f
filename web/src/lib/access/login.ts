/** Why signing in at the identity provider failed, as `/login?error=KEY` says it. */
import type { MessageKey } from '../i18n/messages.svelte';

const errors = new Map<string, MessageKey>(
  Object.entries({
    state: 'web.login.error.state',
    refused: 'web.login.error.refused',
    provider: 'web.login.error.provider',
    no_account: 'web.login.error.no_account',
    unverified: 'web.login.error.unverified',
    disabled: 'web.login.error.disabled',
  }),
);

export const loginError = (key: string): MessageKey =>
  errors.get(key) ?? 'web.login.error.provider';
