/** A place on an x axis in words. */
import { count, duration, exactTime, measure } from '../i18n/format';
import { t } from '../i18n/messages.svelte';
import type { XAxis } from './view.svelte';

export function placeName(axis: XAxis, at: number): string {
  if (axis === '_step') return t('web.chart.atStep', { step: count(Math.round(at)) });
  if (axis === '_runtime') return duration(at);
  return axis === '_timestamp' ? exactTime(at * 1000) : `${axis} ${measure(at)}`;
}
