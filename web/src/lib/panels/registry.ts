/** The panel types by the vendor's `viewType`. All but the line plot are loaded when first needed. */
import { t } from '../i18n/messages.svelte';
import { columnName, columnOfMetric } from './column';
import { text, texts } from './config';
import { artifactFile, tableKey } from './table/config';
import { chartTitle } from './vega/config';
import LinePlot from './line/LinePlot.svelte';
import type { PanelConfig, PanelType } from './types';

const named = (config: PanelConfig) =>
  text(config, 'chartTitle') ??
  text(config, 'metricRegex') ??
  (texts(config, 'expressions').join(', ') || texts(config, 'metrics').join(', '));

/** What is named by these fields, as far as they are filled in. */
const columns = (config: PanelConfig, ...fields: string[]) =>
  fields
    .flatMap((field) => text(config, field) ?? [])
    .map((key) => columnName(columnOfMetric(key)));

const line: PanelType = {
  viewType: 'Run History Line Plot',
  settings: true,
  title: () => t('web.panel.line'),
  icon: 'chart',
  titleOf: named,
  component: () => Promise.resolve(LinePlot),
  form: async () => (await import('./line/LineForm.svelte')).default,
  defaults: () => ({ metrics: [] }),
};

const bar: PanelType = {
  viewType: 'Bar Chart',
  settings: true,
  title: () => t('web.panel.bar'),
  icon: 'bars',
  titleOf: named,
  component: async () => (await import('./bar/BarPanel.svelte')).default,
  form: async () => (await import('./bar/BarForm.svelte')).default,
  defaults: () => ({ metrics: [] }),
};

const scatter: PanelType = {
  viewType: 'Scatter Plot',
  settings: true,
  title: () => t('web.panel.scatter'),
  icon: 'scatter',
  titleOf: (config) => text(config, 'chartTitle') ?? columns(config, 'yAxis', 'xAxis').join(' / '),
  component: async () => (await import('./scatter/ScatterPanel.svelte')).default,
  form: async () => (await import('./scatter/ScatterForm.svelte')).default,
  defaults: () => ({}),
};

const scalar: PanelType = {
  viewType: 'Scalar Chart',
  settings: true,
  title: () => t('web.panel.scalar'),
  icon: 'number',
  titleOf: named,
  component: async () => (await import('./scalar/ScalarPanel.svelte')).default,
  form: async () => (await import('./scalar/ScalarForm.svelte')).default,
  defaults: () => ({ metrics: [] }),
};

const parallel: PanelType = {
  viewType: 'Parallel Coordinates Plot',
  settings: true,
  title: () => t('web.panel.parallel'),
  icon: 'parallel',
  titleOf: (config) => text(config, 'chartTitle') ?? t('web.panel.parallel'),
  component: async () => (await import('./parallel/ParallelPanel.svelte')).default,
  form: async () => (await import('./parallel/ParallelForm.svelte')).default,
  defaults: () => ({ columns: [] }),
};

const comparer: PanelType = {
  viewType: 'Run Comparer',
  settings: true,
  title: () => t('web.panel.comparer'),
  icon: 'columns',
  titleOf: () => t('web.panel.comparer'),
  component: async () => (await import('./comparer/ComparerPanel.svelte')).default,
  form: async () => (await import('./comparer/ComparerForm.svelte')).default,
  defaults: () => ({}),
};

const markdown: PanelType = {
  viewType: 'Markdown Panel',
  title: () => t('web.panel.markdown'),
  icon: 'file',
  titleOf: () => '',
  component: async () => (await import('./markdown/MarkdownPanel.svelte')).default,
  form: async () => (await import('./markdown/MarkdownForm.svelte')).default,
  defaults: () => ({ value: '' }),
};

const media: PanelType = {
  viewType: 'Media Browser',
  settings: true,
  title: () => t('web.panel.media'),
  icon: 'image',
  titleOf: (config) => text(config, 'chartTitle') ?? texts(config, 'mediaKeys').join(', '),
  component: async () => (await import('./media/MediaPanel.svelte')).default,
  form: async () => (await import('./media/MediaForm.svelte')).default,
  defaults: () => ({ mediaKeys: [] }),
};

const importance: PanelType = {
  viewType: 'Parameter Importance',
  title: () => t('web.panel.importance'),
  icon: 'bars',
  titleOf: (config) => {
    const metric = text(config, 'targetKey');
    return metric
      ? t('web.importance.title', { metric: columnName(columnOfMetric(metric)) })
      : t('web.panel.importance');
  },
  component: async () => (await import('./importance/ImportancePanel.svelte')).default,
  form: async () => (await import('./importance/ImportanceForm.svelte')).default,
  defaults: () => ({}),
};

const code: PanelType = {
  viewType: 'Code Comparer',
  title: () => t('web.panel.code'),
  icon: 'columns',
  titleOf: () => t('web.panel.code'),
  component: async () => (await import('./code/CodePanel.svelte')).default,
  form: async () => (await import('./code/CodeForm.svelte')).default,
  defaults: () => ({ diff: 'split' }),
};

const table: PanelType = {
  viewType: 'Weave',
  settings: true,
  title: () => t('web.panel.table'),
  icon: 'grid',
  titleOf: (config) => {
    const file = artifactFile(config);
    return (
      text(config, 'chartTitle') ?? tableKey(config) ?? (file && 'file' in file ? file.file : '')
    );
  },
  component: async () => (await import('./table/TablePanel.svelte')).default,
  form: async () => (await import('./table/TableForm.svelte')).default,
  defaults: () => ({}),
};

const custom: PanelType = {
  viewType: 'Vega2',
  settings: true,
  title: () => t('web.panel.custom'),
  icon: 'chart',
  titleOf: chartTitle,
  component: async () => (await import('./vega/VegaPanel.svelte')).default,
  form: async () => (await import('./vega/VegaForm.svelte')).default,
  defaults: () => ({ panelDefId: 'wandb/line/v0', fieldSettings: {}, stringSettings: {} }),
};

export const panelTypes: Readonly<Record<string, PanelType>> = Object.fromEntries(
  [
    line,
    bar,
    scatter,
    scalar,
    parallel,
    importance,
    comparer,
    code,
    custom,
    table,
    markdown,
    media,
  ].map((type) => [type.viewType, type]),
);
