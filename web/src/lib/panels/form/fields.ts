/** Choices that several forms offer. */
import { t } from '../../i18n/messages.svelte';
import type { GroupAgg, GroupArea } from '../line/combine';

export const aggOptions = (): { value: GroupAgg; label: string }[] => [
  { value: 'mean', label: t('web.agg.mean') },
  { value: 'median', label: t('web.agg.median') },
  { value: 'min', label: t('web.agg.min') },
  { value: 'max', label: t('web.agg.max') },
  { value: 'sum', label: t('web.agg.sum') },
  { value: 'samples', label: t('web.agg.samples') },
];

export const areaOptions = (): { value: GroupArea; label: string }[] => [
  { value: 'minmax', label: t('web.area.minmax') },
  { value: 'stddev', label: t('web.area.stddev') },
  { value: 'stderr', label: t('web.area.stderr') },
  { value: 'samples', label: t('web.area.samples') },
  { value: 'none', label: t('web.area.none') },
];

/** Longer lists only slow a field down; typing narrows them. */
const MOST = 500;

/** What a field suggests: each name once, without those that are taken. */
export const offered = (options: readonly string[], taken: readonly string[] = []): string[] =>
  [...new Set(options)].filter((one) => !taken.includes(one)).slice(0, MOST);

/** Lines of a text, without the empty ones. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
