/** What `wandb.plot` draws with, under the names it uses. */
import { t } from '../../../i18n/messages.svelte';
import { RUN } from '../rows';
import { amount, type Builtin, besideByRun, byRun, chart, dashByRun, named } from './types';

const line: Builtin = {
  title: () => t('web.vega.line'),
  spec: chart({
    mark: { type: 'line', tooltip: true, clip: true },
    encoding: {
      x: amount('x', { scale: { zero: false, nice: false } }),
      y: amount('y', { scale: { zero: false } }),
      color: byRun,
      strokeDash: named('stroke'),
    },
  }),
};

const scatter: Builtin = {
  title: () => t('web.vega.scatter'),
  spec: chart({
    mark: { type: 'circle', opacity: 0.75, tooltip: true },
    encoding: {
      x: amount('x', { scale: { zero: false } }),
      y: amount('y', { scale: { zero: false } }),
      color: byRun,
    },
  }),
};

const bar: Builtin = {
  title: () => t('web.vega.bar'),
  spec: chart({
    mark: { type: 'bar', tooltip: true },
    encoding: {
      y: named('label', { sort: null, axis: { title: null, labelLimit: 120 } }),
      x: amount('value'),
      yOffset: besideByRun,
      color: byRun,
    },
  }),
};

const histogram: Builtin = {
  title: () => t('web.vega.histogram'),
  spec: chart({
    mark: { type: 'bar', opacity: 0.7, tooltip: true },
    encoding: {
      x: amount('value', { bin: { maxbins: 40 } }),
      y: { aggregate: 'count', stack: null, title: null },
      color: byRun,
    },
  }),
};

const lineSeries: Builtin = {
  title: () => t('web.vega.lineSeries'),
  spec: chart({
    mark: { type: 'line', tooltip: true, clip: true },
    encoding: {
      x: amount('step', { title: '${string:xname}', scale: { zero: false, nice: false } }),
      y: amount('lineVal', { title: null, scale: { zero: false } }),
      color: named('lineKey', { title: null, sort: null }),
      strokeDash: dashByRun,
    },
  }),
};

const curve: Builtin = {
  title: () => t('web.vega.curve'),
  spec: chart({
    mark: { type: 'line', tooltip: true, clip: true },
    encoding: {
      x: amount('x', { title: '${string:x-axis-title}', scale: { domain: [0, 1] } }),
      y: amount('y', { title: '${string:y-axis-title}', scale: { domain: [0, 1] } }),
      color: named(`class|${RUN}`, { title: null }),
      strokeDash: dashByRun,
    },
  }),
};

const confusion: Builtin = {
  title: () => t('web.vega.confusion'),
  spec: chart({
    facet: { field: RUN, type: 'nominal', title: null },
    columns: 2,
    spec: {
      width: { step: 44 },
      height: { step: 28 },
      encoding: {
        x: named('Predicted', { axis: { orient: 'top', labelAngle: 0, labelLimit: 44 } }),
        y: named('Actual', { axis: { labelLimit: 90 } }),
      },
      layer: [
        {
          mark: { type: 'rect', tooltip: true },
          encoding: { color: amount('nPredictions', { legend: null }) },
        },
        {
          // A halo of the ground keeps the number readable on every colour.
          mark: { type: 'text', stroke: '${ground}', strokeWidth: 3, strokeJoin: 'round' },
          encoding: { text: amount('nPredictions') },
        },
        { mark: 'text', encoding: { text: amount('nPredictions') } },
      ],
    },
  }),
};

export const plots: Readonly<Record<string, Builtin>> = {
  'wandb/line/v0': line,
  'wandb/scatter/v0': scatter,
  'wandb/bar/v0': bar,
  'wandb/histogram/v0': histogram,
  'wandb/lineseries/v0': lineSeries,
  'wandb/area-under-curve/v0': curve,
  'wandb/confusion_matrix/v1': confusion,
};
