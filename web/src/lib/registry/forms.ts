/** What the forms about a registry share. */
import { t } from '../i18n/messages.svelte';

/** Who sees a registry; the values are the client's. */
export const accessChoices = () => [
  { value: 'PRIVATE', label: t('web.registry.everybody'), text: t('web.registry.everybodyText') },
  {
    value: 'RESTRICTED',
    label: t('web.registry.restricted'),
    text: t('web.registry.restrictedText'),
  },
];

/** Names typed with commas or spaces between them, each once. */
export const namesIn = (text: string): string[] => [
  ...new Set(text.split(/[\s,、]+/).filter(Boolean)),
];
