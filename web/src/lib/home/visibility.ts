/** Who sees a project, in words. */
import { t, type MessageKey } from '../i18n/messages.svelte';

const words: Record<string, MessageKey> = {
  open: 'web.visibility.open',
  public: 'web.visibility.public',
  team: 'web.visibility.team',
  restricted: 'web.visibility.restricted',
};

export function visibilityName(visibility: string): string {
  const key = words[visibility];
  return key ? t(key) : visibility;
}
