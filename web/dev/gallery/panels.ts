/** The panels of the gallery: the vendor's `viewType`, settings that differ from the defaults, the config. */
import type { PanelConfig, PanelSettings } from '../../src/lib/panels/types';
import { writeQuery } from '../../src/lib/panels/vega/query';

export interface Sample {
  viewType: string;
  settings?: Partial<PanelSettings>;
  config: PanelConfig;
}

/** A custom chart of a table, as the client logs it. */
const chart = (
  name: string,
  table: string,
  fields: PanelConfig,
  more: PanelConfig = {},
): Sample => ({
  viewType: 'Vega2',
  config: {
    ...{ panelDefId: name, fieldSettings: fields, stringSettings: { title: table } },
    userQuery: writeQuery({ source: 'historyTable', table, history: [], columns: {} }),
    ...more,
  },
});

const line = (config: PanelConfig, settings: Partial<PanelSettings> = {}): Sample => ({
  viewType: 'Run History Line Plot',
  config,
  settings,
});

const media = (config: PanelConfig): Sample => ({ viewType: 'Media Browser', config });

export const samples: Sample[] = [
  line({ metrics: ['train/loss'] }),
  line({ metrics: ['train/loss'], chartTitle: 'smoothed' }, { smoothingWeight: 0.9 }),
  line(
    { metrics: ['train/loss'], chartTitle: 'gaussian' },
    { smoothingType: 'gaussian', smoothingWeight: 12 },
  ),
  line({ metrics: ['train/loss', 'val/loss'], chartTitle: 'two metrics', limit: 3 }),
  line({ metricRegex: '^val/', useMetricRegex: true, limit: 2 }),
  line({ expressions: ['train/loss - val/loss', 'log(train/perplexity)'], limit: 3 }),
  line({
    metrics: ['train/accuracy'],
    chartTitle: 'by optimizer, standard error',
    aggregate: true,
    groupBy: 'optimizer.value.name',
    groupArea: 'stderr',
  }),
  line({
    metrics: ['val/loss'],
    chartTitle: 'all runs, median, samples',
    aggregate: true,
    groupAgg: 'median',
    groupArea: 'samples',
  }),
  line({ metrics: ['val/loss'], chartTitle: 'stacked', plotType: 'stacked-area' }),
  line({ metrics: ['val/loss'], chartTitle: 'shares', plotType: 'pct-area', limit: 5 }),
  line({ metrics: ['train/grad_norm'], chartTitle: 'outliers' }, { ignoreOutliers: true }),
  line({
    metrics: ['train/loss'],
    chartTitle: 'log axes, titles',
    xLogScale: true,
    yLogScale: true,
    xAxisTitle: 'Steps',
    yAxisTitle: 'Cross entropy',
  }),
  line(
    {
      metrics: ['val/loss'],
      chartTitle: 'over a metric',
      legendTemplate: '${run:displayName} lr ${config:lr}',
    },
    { xAxis: 'train/accuracy' },
  ),
  line({ metrics: ['system.gpu.0.gpu'] }),
  line({ expressions: ['train/loss -'], chartTitle: 'wrong expression' }),
  line({ metrics: ['absent'] }),
  { viewType: 'Bar Chart', config: { metrics: ['val/loss'] } },
  {
    viewType: 'Bar Chart',
    config: {
      metrics: ['train/accuracy', 'val/accuracy'],
      vertical: true,
      aggregate: true,
      groupBy: 'optimizer.value.name',
      groupArea: 'stddev',
    },
  },
  {
    viewType: 'Bar Chart',
    config: {
      metrics: ['val/loss'],
      chartTitle: 'boxes',
      plotStyle: 'boxplot',
      aggregate: true,
      groupBy: 'batch_size.value',
    },
  },
  {
    viewType: 'Bar Chart',
    config: {
      metrics: ['val/loss'],
      chartTitle: 'violins',
      plotStyle: 'violin',
      vertical: true,
      aggregate: true,
      groupBy: 'optimizer.value.name',
    },
  },
  {
    viewType: 'Scatter Plot',
    config: {
      xAxis: 'run:createdAt',
      yAxis: 'summary:val/loss',
      zAxis: 'config:dropout.value',
      showMinYAxisLine: true,
      showAvgYAxisLine: true,
    },
  },
  {
    viewType: 'Scatter Plot',
    config: {
      xAxis: 'config:lr.value',
      xAxisLogScale: true,
      yAxis: 'config:optimizer.value.name',
    },
  },
  {
    viewType: 'Scatter Plot',
    config: { xAxis: 'summary:train/loss', yAxis: 'summary:val/loss', showLinearRegression: true },
  },
  { viewType: 'Scalar Chart', config: { metrics: ['val/loss'] } },
  {
    viewType: 'Parallel Coordinates Plot',
    config: {
      columns: [
        { accessor: 'config:lr.value', log: true },
        { accessor: 'config:optimizer.value.name' },
        { accessor: 'config:dropout.value' },
        { accessor: 'summary:val/accuracy' },
        { accessor: 'summary:val/loss', inverted: true, displayName: 'loss' },
      ],
    },
  },
  { viewType: 'Parameter Importance', config: { targetKey: 'val/loss' } },
  { viewType: 'Code Comparer', config: {} },
  { viewType: 'Code Comparer', config: { diff: 'unified' } },
  { viewType: 'Run Comparer', config: {} },
  { viewType: 'Run Comparer', config: { diffOnly: 'split' } },
  {
    viewType: 'Markdown Panel',
    config: {
      value: [
        '# Findings',
        'The **wide** models learn *faster*, see [the docs](https://example.org) and `train.py`.',
        '',
        '1. warm up for 200 steps',
        '2. then cosine',
        '   - to zero',
        '',
        '- [x] done',
        '- [ ] to do: costs $5 and $6',
        '',
        'Loss is $L = -\\sum_i p_i \\log q_i$ and',
        '',
        '$$\\nabla_\\theta J = \\mathbb{E}\\left[\\frac{\\partial L}{\\partial\\theta}\\right]$$',
        '',
        '| run | loss |',
        '|:--|--:|',
        '| a | 0.1 |',
        '',
        '```',
        'code <b>not bold</b>',
        '```',
        '<script>alert(1)</script><img src=x onerror="alert(2)">',
        '[bad](javascript:alert(3)) ![pixel](https://example.org/p.png) a &lt; b &amp; c',
        '> quoted',
      ].join('\n'),
    },
  },
  media({ mediaKeys: ['samples/val'] }),
  media({
    mediaKeys: ['samples/val'],
    chartTitle: 'runs by steps',
    mode: 'grid',
    gridSettings: { xAxis: 'step', yAxis: 'run' },
  }),
  media({ mediaKeys: ['samples/segmented'], overlays: { opacity: 0.7 } }),
  media({ mediaKeys: ['samples/audio'] }),
  media({ mediaKeys: ['page'] }),
  media({ mediaKeys: ['cloud', 'mesh'] }),
  media({ mediaKeys: ['protein'] }),
  media({ mediaKeys: ['figure'] }),
  media({ mediaKeys: ['predictions', 'answer'], columnCount: 1 }),
  media({ mediaKeys: ['weights'] }),
  media({ mediaKeys: ['weights'], histogramMode: 'ridgeline' }),
  media({ mediaKeys: ['weights'], histogramMode: 'bars' }),
  media({ mediaKeys: ['absent'] }),
  chart('wandb/area-under-curve/v0', 'curve_table', { x: 'recall', y: 'precision' }),
  chart('wandb/bar/v0', 'predictions', { label: 'guess', value: 'score' }),
  chart('acme/scores-by-class', 'predictions', { x: 'guess', y: 'score' }),
  chart('wandb/nothing/v9', 'predictions', {}),
  chart('wandb/bar/v0', 'predictions', {}, { customPanelDef: { spec: '{"mark": ' } }),
  chart(
    'wandb/bar/v0',
    'predictions',
    {},
    { customPanelDef: { spec: '{"data": {"url": "https://example.org/a.json"}, "mark": "bar"}' } },
  ),
  {
    viewType: 'Vega2',
    config: {
      panelDefId: 'wandb/scatter/v0',
      fieldSettings: { x: 'lr', y: 'val/loss' },
      userQuery: writeQuery({
        ...{ source: 'none', table: '', history: [] },
        columns: { lr: 'config.lr', 'val/loss': 'summary_metrics.val/loss' },
      }),
    },
  },
];
