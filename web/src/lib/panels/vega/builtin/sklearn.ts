/** What `wandb.sklearn` draws with. Its tables have the columns that are named here. */
import { t } from '../../../i18n/messages.svelte';
import { RUN } from '../rows';
import { amount, type Builtin, besideByRun, byRun, chart, dashByRun, named } from './types';

const metrics: Builtin = {
  title: () => t('web.vega.metrics'),
  spec: chart({
    mark: { type: 'bar', tooltip: true },
    encoding: {
      y: named('metric_name', { sort: null, title: null }),
      x: amount('metric_value', { title: null }),
      yOffset: besideByRun,
      color: byRun,
    },
  }),
};

const residuals: Builtin = {
  title: () => t('web.vega.residuals'),
  spec: chart({
    mark: { type: 'point', filled: true, opacity: 0.6, tooltip: true },
    encoding: {
      x: amount('y_pred', { scale: { zero: false } }),
      y: amount('residuals'),
      color: named('dataset', { title: null }),
      shape: dashByRun,
    },
  }),
};

const calibration: Builtin = {
  title: () => t('web.vega.calibration'),
  spec: chart({
    mark: { type: 'line', point: true, tooltip: true },
    encoding: {
      x: amount('mean_predicted_value', { scale: { domain: [0, 1] } }),
      y: amount('fraction_of_positives', { scale: { domain: [0, 1] } }),
      color: named('model', { title: null }),
      strokeDash: dashByRun,
    },
  }),
};

const outliers: Builtin = {
  title: () => t('web.vega.outliers'),
  spec: chart({
    encoding: { x: amount('instance_indicies', { title: null }) },
    layer: [
      {
        mark: { type: 'bar', tooltip: true },
        encoding: { y: amount('distance'), color: byRun },
      },
      {
        mark: { type: 'rule', strokeDash: [4, 4] },
        encoding: { x: null, y: { ...amount('influence_threshold'), aggregate: 'max' } },
      },
    ],
  }),
};

const elbow: Builtin = {
  title: () => t('web.vega.elbow'),
  spec: chart({
    mark: { type: 'line', point: true, tooltip: true },
    encoding: {
      x: amount('cluster_ranges', { scale: { zero: false } }),
      y: amount('errors', { scale: { zero: false } }),
      color: byRun,
    },
  }),
};

const silhouette: Builtin = {
  title: () => t('web.vega.silhouette'),
  spec: chart({
    mark: { type: 'bar', tooltip: true, height: 1 },
    encoding: {
      y: amount('y_sil', { axis: { labels: false, ticks: false }, title: null }),
      x: amount('x1', { title: null }),
      x2: { field: '${field:x2}' },
      color: named('color_sil', { title: null }),
    },
  }),
};

const boundaries: Builtin = {
  title: () => t('web.vega.boundaries'),
  spec: chart({
    mark: { type: 'circle', tooltip: true },
    encoding: {
      x: amount('x', { scale: { zero: false } }),
      y: amount('y', { scale: { zero: false } }),
      color: named('color', { title: null }),
    },
  }),
};

const importances: Builtin = {
  title: () => t('web.vega.importances'),
  spec: chart({
    mark: { type: 'bar', tooltip: true },
    encoding: {
      y: named('feature_names', { sort: '-x', title: null }),
      x: amount('importances', { title: null }),
      yOffset: besideByRun,
      color: byRun,
    },
  }),
};

const proportions: Builtin = {
  title: () => t('web.vega.proportions'),
  spec: chart({
    mark: { type: 'bar', tooltip: true },
    encoding: {
      x: named('class', { axis: { labelAngle: 0 } }),
      y: amount('count', { title: null }),
      xOffset: named('dataset'),
      color: named('dataset', { title: null }),
      row: { field: RUN, title: null },
    },
  }),
};

const learning: Builtin = {
  title: () => t('web.vega.learning'),
  spec: chart({
    mark: { type: 'line', point: true, tooltip: true },
    encoding: {
      x: amount('train_size', { scale: { zero: false } }),
      y: amount('score', { scale: { zero: false } }),
      color: named('dataset', { title: null }),
      strokeDash: dashByRun,
    },
  }),
};

export const sklearn: Readonly<Record<string, Builtin>> = {
  'wandb/metrics/v1': metrics,
  'wandb/residuals_plot/v1': residuals,
  'wandb/calibration/v1': calibration,
  'wandb/outliers/v1': outliers,
  'wandb/elbow/v1': elbow,
  'wandb/silhouette_/v1': silhouette,
  'wandb/decision_boundaries/v1': boundaries,
  'wandb/feature_importances/v1': importances,
  'wandb/class_proportions/v1': proportions,
  'wandb/learning_curve/v1': learning,
};
