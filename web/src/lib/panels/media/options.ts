/** Choices that the panel and its form offer. */
import { t } from '../../i18n/messages.svelte';
import type { Axis } from '../../media/cells';

export const histogramModes = ['heatmap', 'ridgeline', 'bars'] as const;
/** Empty: by what the molecule is. */
export const moleculeStyles = ['', 'cartoon', 'stick', 'sphere'] as const;

export const axisOptions = (): { value: Axis; label: string }[] => [
  { value: 'run', label: t('web.media.axis.run') },
  { value: 'step', label: t('web.media.axis.step') },
  { value: 'index', label: t('web.media.axis.index') },
];

export const histogramOptions = (): { value: (typeof histogramModes)[number]; label: string }[] => [
  { value: 'heatmap', label: t('web.media.heatmap') },
  { value: 'ridgeline', label: t('web.media.ridgeline') },
  { value: 'bars', label: t('web.media.bars') },
];

export const moleculeOptions = (): { value: (typeof moleculeStyles)[number]; label: string }[] => [
  { value: '', label: t('web.media.auto') },
  { value: 'cartoon', label: t('web.media.cartoon') },
  { value: 'stick', label: t('web.media.stick') },
  { value: 'sphere', label: t('web.media.sphere') },
];
