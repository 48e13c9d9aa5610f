import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { describe, expect, test, vi } from 'vitest';
import { chartTitle, readChart } from '../src/lib/panels/vega/config';
import { builtin, builtinText } from '../src/lib/panels/vega/builtin';
import { fillSpec, parseSpec, placesOf } from '../src/lib/panels/vega/fill';
import { loggedCharts } from '../src/lib/panels/vega/logged';
import { readQuery, writeQuery } from '../src/lib/panels/vega/query';
import {
  columnNames,
  historyRows,
  joinRows,
  runLabels,
  tableRows,
} from '../src/lib/panels/vega/rows';

/** What the client writes for `wandb.plot.line(table, "x", "y", title="A wave")` under the key `waves/line`. */
const logged = {
  panel_type: 'Vega2',
  panel_config: {
    transform: { name: 'tableWithLeafColNames' },
    panelDefId: 'wandb/line/v0',
    fieldSettings: { x: 'x', y: 'y', stroke: null },
    stringSettings: { title: 'A wave' },
    userQuery: {
      queryFields: [
        {
          name: 'runSets',
          args: [{ name: 'runSets', value: '${runSets}' }],
          fields: [
            { name: 'id', fields: [] },
            { name: 'name', fields: [] },
            { name: '_defaultColorIndex', fields: [] },
            {
              name: 'summaryTable',
              args: [{ name: 'tableKey', value: 'waves/line_table' }],
              fields: [],
            },
          ],
        },
      ],
    },
  },
};
const runs = [
  { name: 'r1', displayName: 'first', color: '#112233' },
  { name: 'r2', displayName: 'second', color: '#445566' },
];
const look = {
  runs: runs.map(({ displayName, color }) => ({ label: displayName, color })),
  ground: '#ffffff',
  legend: true,
};

describe('what a chart asks for', () => {
  test('as the client logs it', () => {
    const chart = readChart(logged.panel_config);
    expect(chart.definition).toBe('wandb/line/v0');
    expect(chart.fields).toEqual({ x: 'x', y: 'y' });
    expect(chart.query).toEqual({
      ...{ source: 'summaryTable', table: 'waves/line_table', history: [], columns: {} },
    });
    expect(chartTitle(logged.panel_config)).toBe('A wave');
    expect(chartTitle({ panelDefId: 'wandb/confusion_matrix/v1' })).toBe('confusion matrix');
  });

  test('history, config and summary, in the forms of the web app and of wandb-workspaces', () => {
    const fields = [
      { name: 'config', fields: [{ name: 'lr', fields: [{ name: 'value', fields: [] }] }] },
      { name: 'summary', value: ['loss', 'val/acc'] },
      { name: 'history', args: [{ name: 'keys', value: ['_step', 'loss'] }], fields: [] },
      { name: 'unheard', args: null },
    ];
    const query = readQuery({ queryFields: [{ name: 'runSets', fields }] });
    expect(query).toEqual({
      ...{ source: 'history', table: '', history: ['loss'] },
      columns: {
        lr: 'config.lr',
        loss: 'summary_metrics.loss',
        'val/acc': 'summary_metrics.val/acc',
      },
    });
    expect(readQuery(writeQuery(query))).toEqual(query);
  });

  test('what is no query asks for nothing', () => {
    for (const odd of [null, 3, {}, { queryFields: 'x' }, { queryFields: [null, { name: 3 }] }])
      expect(readQuery(odd).source).toBe('none');
  });
});

describe('charts that runs have drawn', () => {
  const other = { ...logged, panel_config: { ...logged.panel_config, panelDefId: 'acme/mine' } };

  test('the newest of a key, from plot and from visualize', () => {
    const charts = loggedCharts([
      { visualize: { 'waves/line': other }, m: [] },
      { visualize: { 'waves/line': logged }, viz: { elbow: { id: 'wandb/elbow/v1' } } },
    ]);
    expect(charts.map(({ key, config }) => [key, config.panelDefId])).toEqual([
      ['waves/line', 'acme/mine'],
      ['elbow', 'wandb/elbow/v1'],
    ]);
    expect(readChart(charts[1]?.config ?? {}).query.table).toBe('elbow');
  });

  test('anything else is none', () => {
    expect(
      loggedCharts([null, { visualize: [1] }, { visualize: { a: { panel_type: 'X' } } }]),
    ).toEqual([]);
  });
});

describe('rows', () => {
  test('tables of runs with what tells the run', () => {
    const table = tableRows({ columns: ['x', 'y'], data: [[1, 'NaN'], [2]] });
    const rows = joinRows(
      runs,
      (run) => (run === 'r1' ? table : null),
      () => ({ lr: 0.1 }),
    );
    expect(rows).toEqual([
      { id: 'r1', name: 'first', _defaultColorIndex: 0, lr: 0.1, x: 1, y: NaN, _run: 'first' },
      { id: 'r1', name: 'first', _defaultColorIndex: 0, lr: 0.1, x: 2, y: null, _run: 'first' },
    ]);
    expect(columnNames(rows)).toEqual(['name', 'lr', 'x', 'y']);
  });

  test('metrics are joined where they have the same step', () => {
    const series = (key: string, x: number[], y: number[]) => {
      const mean = Float64Array.from(y);
      const same = { mean, min: mean, max: mean, exact: true, nan: 0, inf: 0 };
      return { run: 'r1', key, x: Float64Array.from(x), ...same };
    };
    expect(historyRows([series('a', [0, 2], [1, 2]), series('b', [2, 3], [5, 6])])).toEqual([
      { _step: 0, a: 1 },
      { _step: 2, a: 2, b: 5 },
      { _step: 3, b: 6 },
    ]);
  });
});

describe('definitions', () => {
  test('a channel without a column is left out, names are escaped, runs have their colours', () => {
    const spec = parseSpec(builtinText('wandb/line/v0') ?? '');
    const config = { fields: { x: 'a.b[0]', y: 'y' }, strings: {} };
    const filled = fillSpec(spec, config, [{ y: 1 }], look) as {
      encoding: Record<string, { field: string; scale: unknown; legend?: unknown }>;
    };
    expect(Object.keys(filled.encoding)).toEqual(['x', 'y', 'color']);
    expect(filled.encoding.x?.field).toBe('a\\.b\\[0\\]');
    expect(filled.encoding.color?.scale).toEqual({
      ...{ domain: ['first', 'second'], range: ['#112233', '#445566'] },
    });
  });

  test('a text stands inside an expression without ending its quotes', () => {
    const spec = { transform: [{ filter: "datum['${field:x}'] < 1" }], title: '${string:title}' };
    const config = { fields: { x: "a'] + alert(1) + ['" }, strings: { title: 'T' } };
    expect(fillSpec(spec, config, [], look)).toEqual({
      ...{ transform: [{ filter: "datum['a\\'] + alert(1) + [\\''] < 1" }], title: 'T' },
    });
  });

  test('a place may say what stands for it', () => {
    const spec = { a: '${field:class|_run}', b: '${string:t|none}' };
    expect(fillSpec(spec, { fields: {}, strings: {} }, [], look)).toEqual({ a: '_run', b: 'none' });
    const config = { fields: { class: 'kind' }, strings: { t: 'T' } };
    expect(fillSpec(spec, config, [], look)).toEqual({ a: 'kind', b: 'T' });
  });

  test('runs of one name are told apart', () => {
    const twins = runs.map((run) => ({ ...run, displayName: 'same' }));
    expect([...runLabels(twins).values()]).toEqual(['same (r1)', 'same (r2)']);
  });

  test('places are named in the order of their use; what is no JSON says why', () => {
    expect(placesOf('${field:y} ${string:t} ${field:x} ${field:y}')).toEqual({
      ...{ fields: ['y', 'x'], strings: ['t'] },
    });
    expect(() => parseSpec('{"a": }')).toThrow(/JSON|token/);
    expect(() => parseSpec('[1]')).toThrow();
  });
});

/** Draws without a page: what the panel does, less the screen. */
async function svg(spec: object, rows: object[]): Promise<string> {
  const full = { ...spec, datasets: { wandb: rows } };
  const compiled = compile(full as unknown as Parameters<typeof compile>[0]).spec;
  const runtime = parse(compiled, {}, { ast: true });
  return new View(runtime, { expr: expressionInterpreter, renderer: 'none' }).toSVG();
}

test.each(Object.keys(builtin))('%s draws what its table holds', async (name) => {
  const text = builtinText(name) ?? '';
  const { fields } = placesOf(text);
  const words = ['class', 'label', 'lineKey', 'Predicted', 'Actual', 'dataset', 'model', 'color'];
  const row = (i: number) =>
    Object.fromEntries(
      fields.map((field) => [field, words.includes(field) ? `w${i % 2}` : (i + 1) / 8]),
    );
  const rows = Array.from({ length: 8 }, (_, i) => ({
    _run: i % 2 ? 'second' : 'first',
    ...row(i),
  }));
  const filled = fillSpec(parseSpec(text), { fields: {}, strings: {} }, rows, look);
  const evaluated = vi.spyOn(globalThis, 'Function');
  const drawn = await svg(filled, rows);
  expect(evaluated).not.toHaveBeenCalled();
  expect(drawn).toMatch(/<path|<text/);
  expect(drawn).toMatch(/#112233|w0|fill="#/);
  expect(drawn).not.toMatch(/NaN|undefined/);
});
