/** The run set as plain functions: filters as tree, JSON and text, order, columns, windows, colours, CSV. */
import { describe, expect, test } from 'vitest';
import { RAMP, SERIES } from '../src/lib/design/palette';
import {
  inBlocks,
  inOrder,
  inView,
  layout,
  move,
  nudge,
  ordered,
  rowsInView,
  totalWidth,
  usual,
  withColumn,
} from '../src/lib/runs/columns';
import { csvLine } from '../src/lib/runs/csv';
import { delta, goalsOf } from '../src/lib/runs/delta';
import { expressionOf, filtersOf, span, Unreadable } from '../src/lib/runs/expression';
import {
  allOf,
  columnKey,
  countOf,
  keyOf,
  serverName,
  toMongo,
  type Item,
} from '../src/lib/runs/filter';
import { groupOrder } from '../src/lib/runs/groups.svelte';
import {
  compareWith,
  filtersArgument,
  inHiddenGroup,
  isShown,
  MOST_PINNED,
  newRunSet,
  orderArgument,
  pin,
  readRunSet,
  searchFilter,
  show,
  showGroup,
  sortedBy,
  writeRunSet,
  type RunSet,
} from '../src/lib/runs/runset';
import { shades } from '../src/lib/runs/shade';

const NOW = Date.parse('2026-01-08T00:00:00Z');
const lr = { section: 'config', name: 'lr' } as const;
const loss = { section: 'summary', name: 'val/loss' } as const;
const state = { section: 'run', name: 'state' } as const;
const mongo = (text: string) => toMongo(filtersOf(text).filters, NOW);

describe('filters', () => {
  test('become what the server is asked, AND before OR', () => {
    expect(mongo('config.lr >= 0.001 and state in [running, finished] or tags = bf16')).toEqual({
      $or: [
        { $and: [{ 'config.lr': { $gte: 0.001 } }, { state: { $in: ['running', 'finished'] } }] },
        { tags: 'bf16' },
      ],
    });
    expect(mongo('state = failed and (summary.val/loss < 1 or summary.val/loss = none)')).toEqual({
      $and: [
        { state: 'failed' },
        {
          $or: [{ 'summary_metrics.val/loss': { $lt: 1 } }, { 'summary_metrics.val/loss': null }],
        },
      ],
    });
  });
  test('reach back from now', () => {
    expect(mongo('created within 7d')).toEqual({
      createdAt: { $gte: '2026-01-01T00:00:00.000Z' },
    });
  });
  test('that are off, empty or unfinished ask nothing', () => {
    expect(mongo('# state = failed')).toBeNull();
    expect(mongo('')).toBeNull();
    expect(mongo('state in []')).toBeNull();
    expect(mongo('config.lr = ""')).toBeNull();
    expect(mongo('# state = failed or config.lr = 1')).toEqual({ 'config.lr': 1 });
    expect(toMongo([{ key: { section: 'run', name: '' }, op: '=', value: '' }], NOW)).toBeNull();
    expect(
      countOf(filtersOf('# state = failed and (config.lr = 1 or config.lr = 2)').filters),
    ).toBe(2);
  });
  test.each([
    'config.lr >= 0.001',
    'state in [running, finished] and name ~ "^amber"',
    'created within 7d or created within 90s',
    'tags not in [bf16, "two words"]',
    '# notes = none and user != ada',
    '`config.batch size` = 64 and (summary.loss < -1.5 or config.flag = true)',
    '`config.a\\`b` = "true"',
    'config.optimizer.name = adamw and id = "7d"',
    '`summary.損失 値` > 1e-7',
  ])('as text and back: %s', (text) => {
    const filters = filtersOf(text);
    const written = expressionOf(filters);
    expect(filtersOf(written)).toEqual(filters);
    expect(expressionOf(filtersOf(written))).toBe(written);
  });
  test('are written as they are read', () => {
    const text = 'config.lr >= 0.001 and (state = failed or name ~ "^a b") and created within 1w';
    expect(expressionOf(filtersOf(text))).toBe(text);
    expect([span(604_800), span(5400), span(61)]).toEqual(['1w', '90m', '61s']);
  });
  test.each([
    ['config.lr >=', 12],
    ['config.lr ! 3', 10],
    ['state in [a', 11],
    ['(state = a', 10],
    ['state = a state = b', 10],
    ['created within 7y', 15],
    ['"state" = a', 0],
  ])('a text that cannot be read says where: %s', (text, at) => {
    let found: unknown;
    try {
      filtersOf(text);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(Unreadable);
    expect((found as Unreadable).at).toBe(at);
  });
  test('join with a search', () => {
    const search = searchFilter({ query: 'a.b', isRegex: false });
    expect(JSON.stringify(search)).toContain('a\\\\.b');
    const set: RunSet = { ...newRunSet(), search: { query: 'amber', isRegex: true } };
    const asked = JSON.parse(
      filtersArgument({ ...set, filters: filtersOf('config.lr = 1') }, NOW) ?? '{}',
    ) as { $and: unknown[] };
    expect(asked.$and).toHaveLength(2);
    expect(asked.$and[1]).toEqual({ 'config.lr': 1 });
    expect(filtersArgument(newRunSet(), NOW)).toBeNull();
    expect(allOf('{}', null, { a: 1 })).toBe('{"a":1}');
  });
  test('of the older format are read as a tree', () => {
    const old = {
      op: 'OR',
      filters: [
        {
          op: 'AND',
          filters: [
            { op: '==', key: state, value: 'failed' },
            {
              op: 'OR',
              filters: [
                { op: '<', key: loss, value: 1 },
                { op: '=', key: lr, value: 2 },
              ],
            },
          ],
        },
        { op: 'AND', filters: [{ op: '=', key: lr, value: 1 }] },
      ],
    };
    const set = readRunSet({ filters: old as never });
    expect(expressionOf(set.filters)).toBe(
      'state = failed and (summary.val/loss < 1 or config.lr = 2) or config.lr = 1',
    );
  });
});

test('names of columns lead to the server and back', () => {
  for (const name of ['config.a.b', 'summary_metrics.val/loss', 'createdAt', 'keys_info.keys.x']) {
    expect(serverName(keyOf(name))).toBe(name);
  }
  expect(columnKey('config:lr.value')).toEqual(lr);
  expect(columnKey('summary:a:b')).toEqual({ section: 'summary', name: 'a:b' });
});

describe('order', () => {
  const clicks = (start: RunSet['sort']['keys'], add: boolean) => {
    const first = sortedBy(start, lr, add);
    const second = sortedBy(first, lr, add);
    return [first, second, sortedBy(second, lr, add)].map(orderArgument);
  };
  test('is newest first, else by the keys', () => {
    expect(orderArgument([])).toBe('-createdAt');
    expect(clicks([], false)).toEqual(['+config.lr', '-config.lr', '-createdAt']);
    expect(clicks([{ key: loss, ascending: true }], true)).toEqual([
      '+summary_metrics.val/loss,+config.lr',
      '+summary_metrics.val/loss,-config.lr',
      '+summary_metrics.val/loss',
    ]);
  });
  test('of groups is by their value or by what they show', () => {
    const by = [{ key: lr, ascending: false }];
    expect(groupOrder(lr, [], 'mean')).toBeNull();
    expect(groupOrder(lr, by, 'min')).toBe('-config.lr');
    expect(groupOrder(state, by, 'mean')).toBe('-config.lr');
    expect(groupOrder(state, by, 'min')).toBe('-config.lr:min');
  });
});

describe('columns', () => {
  const known = ['run:state', 'config:lr', 'summary:val/loss'];
  const none = new Set<string>();
  const typeOf = (id: string) => (id.startsWith('run') ? 'string' : 'number');
  const shown = (set: RunSet) => layout(set, known, none, typeOf).map((column) => column.id);
  const base = withColumn(newRunSet(), 'columnVisible', 'config:lr', true);

  test('are the defaults and what was chosen, the name first', () => {
    expect(shown(newRunSet())[0]).toBe('run:displayName');
    expect(shown(newRunSet())).not.toContain('config:lr');
    expect(shown(base).at(-1)).toBe('config:lr');
    expect(shown(withColumn(base, 'columnVisible', 'run:state', false))).not.toContain('run:state');
    const named = withColumn(base, 'columnVisible', 'run:displayName', false);
    expect(shown(named)[0]).toBe('run:displayName');
  });
  test('are one for every key of config and summary that says something of its own', () => {
    const told = [
      ['summary:m10', 'number'],
      ['summary:m9', 'number'],
      ['summary:_step', 'number'],
      ['summary:_wandb.runtime', 'number'],
      ['summary:img._type', 'string'],
      ['summary:img.path', 'string'],
      ['summary:loss', 'object'],
      ['summary:loss.min', 'number'],
      ['run:host', 'string'],
      ['config:lr', 'number'],
      ['config:model', 'object'],
      ['config:model.depth', 'number'],
    ] as const;
    const known = told.map(([id, type]) => ({ id, key: columnKey(id), type })).sort(inOrder);
    const ids = known.map((one) => one.id);
    const found = layout(newRunSet(), ids, usual(known), typeOf).map((column) => column.id);
    expect(found.slice(8)).toEqual([
      'config:lr',
      'config:model.depth',
      'summary:loss.min',
      'summary:m9',
      'summary:m10',
    ]);
    const hidden = withColumn(newRunSet(), 'columnVisible', 'config:lr', false);
    const rest = layout(hidden, ids, usual(known), typeOf).map((column) => column.id);
    expect(rest).not.toContain('config:lr');
  });
  test('are pinned to the left, one by one', () => {
    expect(shown(withColumn(base, 'columnPinned', 'config:lr', true)).slice(0, 2)).toEqual([
      'run:displayName',
      'config:lr',
    ]);
  });
  test('move by a drag and by the keyboard', () => {
    const moved = move(base, known, 'config:lr', 'run:notes');
    expect(shown(moved).slice(0, 4)).toEqual([
      'run:displayName',
      'run:state',
      'config:lr',
      'run:notes',
    ]);
    const nudged = nudge(moved, known, none, 'config:lr', -1);
    expect(shown(nudged).slice(0, 3)).toEqual(['run:displayName', 'config:lr', 'run:state']);
    expect(nudge(nudged, known, none, 'config:lr', -1)).toBe(nudged);
    expect(ordered(nudged, known)).toHaveLength(new Set(ordered(nudged, known)).size);
  });
  test('have widths within reason', () => {
    const wide = withColumn(base, 'columnWidths', 'config:lr', 9999);
    expect(layout(wide, known, none, typeOf).at(-1)?.width).toBe(800);
    const columns = layout(base, known, none, typeOf);
    expect(totalWidth(columns)).toBe(columns.reduce((sum, { width }) => sum + width, 0));
  });
  test('are drawn only where they are seen', () => {
    const many = Array.from({ length: 500 }, (_, index) => `summary:m${index}`);
    const set = many.reduce((set, id) => withColumn(set, 'columnVisible', id, true), newRunSet());
    const columns = layout(set, many, none, typeOf);
    const { columns: seen, before } = inView(columns, 20_000, 1200);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.length).toBeLessThan(15);
    const pinned = totalWidth(columns.filter((column) => column.pinned));
    expect(before).toBe((seen[0]?.left ?? 0) - pinned);
    expect(seen[0]?.left).toBeLessThanOrEqual(20_000 + pinned);
    expect((seen.at(-1)?.left ?? 0) + (seen.at(-1)?.width ?? 0)).toBeGreaterThanOrEqual(21_200);
    expect(inView(columns, 0, 1200).before).toBe(0);
    const block = inBlocks(columns, seen);
    expect(block.length % 16).toBe(0);
    expect(seen.every((column) => block.includes(column))).toBe(true);
    expect(inBlocks(columns, seen.slice(1))).toEqual(block);
  });
});

test('rows are drawn only where they are seen', () => {
  expect(rowsInView(10_000, 28, 0, 560)).toEqual([0, 28]);
  expect(rowsInView(10_000, 28, 140_000, 560)).toEqual([4992, 5028]);
  expect(rowsInView(10, 28, 140_000, 560)).toEqual([10, 10]);
  expect(rowsInView(0, 28, 0, 560)).toEqual([0, 0]);
});

describe('a group', () => {
  const hidden = (set: RunSet, ...values: unknown[]) => inHiddenGroup(set, values);
  const adam = showGroup(newRunSet(), '["adam"]', false);

  test('is drawn or not, with all that is in it', () => {
    expect(hidden(adam, 'adam', 0.1)).toBe(true);
    expect(hidden(adam, 'adamw', 0.1)).toBe(false);
    expect(hidden(adam)).toBe(false);
    const number = showGroup(newRunSet(), '[1]', false);
    expect([hidden(number, 1), hidden(number, 10), hidden(number, '1')]).toEqual([
      true,
      false,
      false,
    ]);
  });
  test('is drawn again with the groups around and in it', () => {
    const inner = showGroup(adam, '["sgd",0.1]', false);
    expect(hidden(inner, 'sgd', 0.1)).toBe(true);
    expect(hidden(inner, 'sgd', 0.2)).toBe(false);
    expect(showGroup(inner, '["sgd"]', true).hiddenGroups).toEqual(['["adam"]']);
    expect(showGroup(inner, '["adam",0.1]', true).hiddenGroups).toEqual(['["sgd",0.1]']);
    expect(showGroup(inner, '["sgd"]', false).hiddenGroups).toEqual(['["adam"]', '["sgd"]']);
  });
});

describe('the run set', () => {
  test('draws all but some, or only some', () => {
    const hidden = show(newRunSet(), ['a', 'b'], false);
    expect(['a', 'b', 'c'].map((run) => isShown(hidden, run))).toEqual([false, false, true]);
    expect(isShown(show(hidden, ['a'], true), 'a')).toBe(true);
    const none: RunSet = { ...newRunSet(), selections: { root: 0, bounds: [], tree: [] } };
    expect(isShown(none, 'a')).toBe(false);
    expect(isShown(show(none, ['a'], true), 'a')).toBe(true);
    expect(show(show(none, ['a'], true), ['a'], false).selections.tree).toEqual([]);
  });
  test('keeps its baseline pinned and few pins', () => {
    const compared = compareWith(newRunSet(), 'a');
    expect(compared.pinnedRunIds).toEqual(['a']);
    expect(pin(compared, 'a', false).baselineRunId).toBeNull();
    expect(compareWith(compared, null).pinnedRunIds).toEqual(['a']);
    const many = Array.from({ length: 30 }, (_, index) => `r${index}`);
    const pinned = many.reduce((set, run) => pin(set, run, true), newRunSet());
    expect(pinned.pinnedRunIds).toHaveLength(MOST_PINNED);
    expect(pin(compared, 'a', true).pinnedRunIds).toEqual(['a']);
  });
  test('is stored with global ids and what it does not know', () => {
    const set = { ...compareWith(newRunSet(), 'ab12'), future: { kept: true } } as RunSet;
    const stored = writeRunSet(set, 'acme', 'vision');
    expect(atob(stored.baselineRunId ?? '')).toBe('Run:v1:ab12:vision:acme');
    expect(readRunSet(stored)).toEqual(set);
    expect(readRunSet({ pinnedRunIds: ['plain'] }).pinnedRunIds).toEqual(['plain']);
    expect(readRunSet(null)).toEqual(newRunSet());
  });
});

describe('colours by values', () => {
  test('are a ramp for numbers, by rank', () => {
    const found = shades(
      new Map([
        ['a', 1],
        ['b', 2],
        ['c', 1000],
        ['d', null],
        ['e', NaN],
      ] as [string, unknown][]),
    );
    expect(found.get('a')).toBe(SERIES);
    expect(found.get('c')).toBe(SERIES + RAMP - 1);
    expect(found.get('b')).toBeGreaterThan(SERIES + 3);
    expect([found.get('d'), found.get('e')]).toEqual([null, null]);
  });
  test('are the series for anything else, the same for the same', () => {
    const found = shades(
      new Map([
        ['a', 'sgd'],
        ['b', 'adamw'],
        ['c', 'sgd'],
      ]),
    );
    expect(found.get('a')).toBe(found.get('c'));
    expect(found.get('a')).toBeLessThan(SERIES);
  });
});

describe('differences from the baseline', () => {
  const goal = goalsOf(
    JSON.stringify({
      m: [{ 1: 'acc', 8: 2 }, { 2: 'val/*', 7: [1] }, { 1: 'seen' }, { 2: 'a.b*', 8: 1 }],
    }),
  );
  test('know the goal of a metric', () => {
    expect([goal('acc'), goal('val/loss'), goal('seen'), goal('axb')]).toEqual([
      'maximize',
      'minimize',
      null,
      null,
    ]);
    expect(goal('val/loss.min')).toBe('minimize');
    expect(goalsOf(null)('acc')).toBeNull();
  });
  test('are better, worse or just different', () => {
    expect(delta(0.9, 0.8, 'maximize')?.verdict).toBe('better');
    expect(delta(0.9, 0.8, 'minimize')?.verdict).toBe('worse');
    expect(delta(0.9, 0.8, null)?.verdict).toBe('neutral');
    expect(delta(1, 1, 'minimize')).toEqual({ by: 0, verdict: 'neutral' });
    expect(delta('1', 1, null)).toBeNull();
    expect(delta(NaN, 1, null)).toBeNull();
  });
});

test('CSV quotes what must be and disarms formulas', () => {
  expect(csvLine(['a,b', 'say "hi"', 'x\ny', null, undefined, 0.1, true])).toBe(
    '"a,b","say ""hi""","x\ny",,,0.1,true\r\n',
  );
  expect(csvLine([['a', 'b'], { k: 1 }, '=1+1', -5])).toBe('"a, b","{""k"":1}",\'=1+1,-5\r\n');
});

test('an item of a group is typed as such', () => {
  const items: Item[] = filtersOf('(config.lr = 1) and state = failed').filters;
  expect(items[0]).toEqual({ filters: [{ key: lr, op: '=', value: 1 }] });
  expect(items[1]).toMatchObject({ connector: 'AND' });
});
