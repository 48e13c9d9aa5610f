import { expect, test } from 'vitest';
import { compare, comparedColumns } from '../src/lib/panels/comparer/compare';
import {
  axesConfig,
  axesOf,
  isInside,
  moved,
  withAxis,
  withColumns,
} from '../src/lib/panels/parallel/axes';

const values: Record<string, Record<string, unknown>> = {
  r: { 'config.lr': 0.1, 'config.seed': 1, 'summary_metrics.acc': 0.9, state: 'finished' },
  s: { 'config.lr': 0.1, 'config.seed': 2, state: 'finished' },
};
const get = (run: string, column: string) => values[run]?.[column] ?? null;
const config = {
  kept: true,
  columns: [
    { accessor: 'c::lr', log: true },
    { accessor: 'config:seed.value' },
    { accessor: 'summary:acc', displayName: 'accuracy' },
  ],
};

test('axes are moved, added and changed; what others wrote is kept', () => {
  expect(axesConfig(moved(config, 2, 0)).map((one) => one.accessor)).toEqual([
    'summary:acc',
    'c::lr',
    'config:seed.value',
  ]);
  const next = withColumns(config, ['summary_metrics.acc', 'config.dropout']);
  expect(next).toEqual({
    kept: true,
    columns: [
      { accessor: 'summary:acc', displayName: 'accuracy' },
      { accessor: 'config:dropout.value' },
    ],
  });
  expect(axesConfig(withAxis(config, 1, { inverted: true }))[1]).toMatchObject({ inverted: true });
  expect(axesConfig({ columns: [null, {}, 'x'] })).toEqual([]);
});

test('a brush chooses the runs that have a value inside it', () => {
  const axes = axesOf(config, ['r', 's'], get);
  expect(axes.map((axis) => axis.title)).toEqual(['lr', 'seed', 'accuracy']);
  const inside = (brushes: [string, [number, number]][]) =>
    ['r', 's'].filter((run) => isInside(run, axes, new Map(brushes), get));
  expect(inside([])).toEqual(['r', 's']);
  expect(inside([['config.seed', [1.5, 3]]])).toEqual(['s']);
  expect(inside([['summary_metrics.acc', [0, 1]]])).toEqual(['r']);
});

test('the comparer has a row a column that some run has, and only those that differ when asked', () => {
  const column = (name: string, section: string) => ({ name, section, type: 'number' });
  const columns = comparedColumns(
    [
      column('summary_metrics.acc', 'summary'),
      column('summary_metrics._step', 'summary'),
      column('config._wandb.t', 'config'),
      column('config.seed', 'config'),
      column('config.lr', 'config'),
      column('config.absent', 'config'),
      column('state', 'run'),
      column('heartbeatAt', 'run'),
    ],
    '',
  );
  expect(columns.map(({ name }) => name)).toEqual([
    'state',
    'config.absent',
    'config.lr',
    'config.seed',
    'summary_metrics.acc',
  ]);
  const rows = (only: boolean) =>
    compare(columns, ['r', 's'], get, only).map(({ key, rows }) => [
      key,
      rows.map((row) => row.name),
    ]);
  expect(rows(false)).toEqual([
    ['run', ['state']],
    ['config', ['lr', 'seed']],
    ['summary', ['acc']],
  ]);
  expect(rows(true)).toEqual([
    ['config', ['seed']],
    ['summary', ['acc']],
  ]);
  expect(comparedColumns([column('config.lr', 'config')], 'SEED')).toEqual([]);
});
