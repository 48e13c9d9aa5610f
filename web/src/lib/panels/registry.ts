/** The panel types by the vendor's `viewType`. All but the line plot are loaded when first needed. */
import { t } from '../i18n/messages.svelte';
import { text, texts } from './config';
import LinePlot from './line/LinePlot.svelte';
import type { PanelType } from './types';

const line: PanelType = {
  viewType: 'Run History Line Plot',
  title: () => t('web.panel.line'),
  icon: 'chart',
  titleOf: (config) =>
    text(config, 'chartTitle') ??
    text(config, 'metricRegex') ??
    (texts(config, 'expressions').join(', ') || undefined) ??
    texts(config, 'metrics').join(', '),
  component: () => Promise.resolve(LinePlot),
  form: async () => (await import('./line/LineForm.svelte')).default,
  defaults: () => ({ metrics: [] }),
};

export const panelTypes: Readonly<Record<string, PanelType>> = Object.fromEntries(
  [line].map((type) => [type.viewType, type]),
);
