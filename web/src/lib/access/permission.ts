/** Permissions as controls want them. */
import { t } from '../i18n/messages.svelte';

export interface Permission {
  allowed: boolean;
  reason: string | null;
}

/** Why something is not allowed; null when it is. */
export const deniedBy = (permission: Permission): string | null =>
  permission.allowed ? null : permission.reason || t('web.error.denied');

/** The first of several reasons against something; null when there is none. */
export const firstReason = (...reasons: (string | null | undefined)[]): string | null =>
  reasons.find(Boolean) ?? null;
