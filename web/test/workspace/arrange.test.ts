import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { matcher } from '../../src/lib/charts/sections';
import { writeQuery } from '../../src/lib/panels/vega/query';
import { arrange, type Logged, type ShownSection, visible } from '../../src/lib/workspace/arrange';
import { definitions } from '../../src/lib/workspace/definitions';
import * as edit from '../../src/lib/workspace/edit';
import {
  bankOf,
  blank,
  identified,
  read,
  sectionsOf,
  type Spec,
} from '../../src/lib/workspace/spec';

const text = readFileSync(new URL('testdata/full.json', import.meta.url), 'utf8');
const number = (key: string) => ({ key, type: 'number' });
const logged = (...keys: string[]): Logged => ({
  metrics: keys.map(number),
  system: [],
  definitions: definitions([]),
  charts: [],
});
const some = logged('val/loss', 'train/loss', 'train/acc', 'lr', 'train/layer/10', 'train/layer/2');
const outline = (shown: readonly ShownSection[]) =>
  shown.map(({ name, panels }) => [name, panels.map((panel) => panel.title)]);
const panel = (shown: readonly ShownSection[], title: string) => {
  const found = shown.flatMap((one) => one.panels).find((one) => one.title === title);
  if (!found) throw new Error(`no panel ${title}`);
  return found;
};
const id = (shown: readonly ShownSection[], name: string) =>
  shown.find((one) => one.name === name)?.id ?? '';

test('an automatic workspace has a panel for every number, in sections by the first prefix', () => {
  const shown = arrange(blank(true), { ...some, system: [number('system.cpu')] });
  expect(outline(shown)).toEqual([
    ['Charts', ['lr']],
    ['train', ['acc', 'layer/2', 'layer/10', 'loss']],
    ['val', ['loss']],
    ['System', ['cpu']],
  ]);
  expect(shown.map((one) => one.section.isOpen)).toEqual([true, true, true, false]);
});

test('by the last prefix, a section for each', () => {
  const shown = arrange(edit.setPrefix(blank(true), 'last'), some);
  expect(shown.map((one) => one.name)).toEqual(['Charts', 'train', 'train/layer', 'val']);
});

test('define_metric: hidden metrics have no panel, and a step metric is the x of what it matches', () => {
  const m = [
    { '1': 'train/epoch', '6': [2, 3] },
    { '2': 'train/*', '5': 1 },
    { '1': 'val/loss', '4': 'val/step' },
  ];
  const spoken = { ...some, definitions: definitions([m, [{ '1': 'lr', '6': [2] }]]) };
  spoken.metrics = [...spoken.metrics, number('train/epoch')];
  const shown = arrange(blank(true), spoken);
  expect(shown.map((one) => one.name)).toEqual(['train', 'val']);
  expect(panel(shown, 'acc').config).toEqual({ metrics: ['train/acc'], xAxis: 'train/epoch' });
  expect(shown[1]?.panels[0]?.config.xAxis).toBe('val/step');
  expect(outline(shown)[0]?.[1]).not.toContain('epoch');
});

test('a manual workspace shows what is written down and nothing else', () => {
  const shown = arrange(identified(read(text)), some);
  expect(shown.map(({ name, panels }) => [name, panels.length])).toEqual([
    ['Losses', 5],
    ['Rest', 6],
  ]);
});

test('only what somebody changed is written down', () => {
  let spec = blank(true);
  const shown = arrange(spec, some);
  spec = edit.setPanel(spec, shown, panel(shown, 'acc'), {
    metrics: ['train/acc'],
    yLogScale: true,
  });
  expect(sectionsOf(spec)).toEqual([]);
  expect(Object.keys(bankOf(spec).panelConfigOverrides ?? {})).toEqual([
    '__auto_panel__:train/acc',
  ]);
  const again = arrange(spec, some);
  expect(panel(again, 'acc').config.yLogScale).toBe(true);
  expect(edit.isChanged(spec, panel(again, 'acc'))).toBe(true);
  expect(edit.isChanged(edit.resetPanel(spec, panel(again, 'acc')), panel(again, 'acc'))).toBe(
    false,
  );
});

test('panels are moved within a section and to another, and new metrics still find theirs', () => {
  let spec: Spec = blank(true);
  let shown = arrange(spec, some);
  spec = edit.movePanel(spec, shown, panel(shown, 'layer/10'), id(shown, 'train'), 0);
  shown = arrange(spec, some);
  expect(outline(shown)[1]).toEqual(['train', ['layer/10', 'acc', 'layer/2', 'loss']]);
  spec = edit.movePanel(spec, shown, panel(shown, 'acc'), id(shown, 'val'), 1);
  shown = arrange(spec, {
    ...some,
    metrics: [...some.metrics, number('train/bleu'), number('a/b')],
  });
  expect(outline(shown)).toEqual([
    ['Charts', ['lr']],
    ['a', ['b']],
    ['train', ['layer/10', 'bleu', 'layer/2', 'loss']],
    ['val', ['loss', 'acc']],
  ]);
});

test('many moves give the order that was seen', () => {
  let spec: Spec = blank(true);
  const wished = ['loss', 'layer/2', 'acc', 'layer/10'];
  wished.forEach((title, index) => {
    const shown = arrange(spec, some);
    spec = edit.movePanel(spec, shown, panel(shown, title), id(shown, 'train'), index);
  });
  expect(outline(arrange(spec, some))[1]?.[1]).toEqual(wished);
});

test('sections are added, renamed, moved and removed; a renamed one keeps its metrics', () => {
  let spec: Spec = blank(true);
  let shown = arrange(spec, some);
  spec = edit.renameSection(spec, shown, id(shown, 'train'), 'Training');
  shown = arrange(spec, { ...some, metrics: [...some.metrics, number('train/new')] });
  expect(outline(shown)[1]).toEqual(['Training', ['acc', 'layer/2', 'layer/10', 'loss', 'new']]);
  const added = edit.addSection(spec, shown, 'Mine', id(shown, 'val'));
  spec = added.spec;
  shown = arrange(spec, some);
  expect(shown.map((one) => one.name)).toEqual(['Charts', 'Training', 'Mine', 'val']);
  spec = edit.moveSection(spec, shown, added.id, -2);
  shown = arrange(spec, some);
  expect(shown.map((one) => one.name)).toEqual(['Mine', 'Charts', 'Training', 'val']);
  spec = edit.removeSection(spec, shown, id(shown, 'Training'));
  expect(visible(arrange(spec, some), spec, null).map((one) => one.name)).toEqual([
    'Mine',
    'Charts',
    'val',
  ]);
  expect(edit.hiddenPanels(spec)).toHaveLength(4);
  const gone = arrange(spec, some).find((one) => one.name === 'train');
  expect([gone?.panels, gone?.hidden.length]).toEqual([[], 4]);
  const asked = edit.setBank(spec, { showEmptySections: true });
  expect(visible(arrange(asked, some), asked, null).map((one) => one.name)).toContain('train');
  const back = edit.restoreHidden(spec, gone?.hidden);
  expect(arrange(back, some).find((one) => one.name === 'train')?.panels).toHaveLength(4);
  const manual = edit.setAutomatic(spec, arrange(spec, some), false);
  expect(arrange(manual, some).map((one) => one.name)).toEqual(['Mine', 'Charts', 'val']);
  expect(arrange(edit.restoreHidden(spec), some).flatMap((one) => one.panels)).toHaveLength(6);
});

test('panels of any type are added, copied and removed among automatic ones', () => {
  let spec: Spec = blank(true);
  let shown = arrange(spec, some);
  const config = { chartTitle: 'Both', metrics: ['train/loss', 'val/loss'] };
  const viewType = 'Run History Line Plot';
  spec = edit.addPanels(spec, shown, id(shown, 'val'), [{ viewType, config }]).spec;
  shown = arrange(spec, some);
  expect(outline(shown)[2]).toEqual(['val', ['Both', 'loss']]);
  spec = edit.duplicatePanel(spec, shown, panel(shown, 'Both')).spec;
  shown = arrange(spec, some);
  expect(outline(shown)[2]).toEqual(['val', ['Both', 'Both', 'loss']]);
  spec = edit.removePanel(spec, panel(shown, 'Both'));
  spec = edit.movePanel(
    spec,
    arrange(spec, some),
    panel(arrange(spec, some), 'Both'),
    id(shown, 'val'),
    1,
  );
  expect(outline(arrange(spec, some))[2]).toEqual(['val', ['loss', 'Both']]);
  expect(sectionsOf(spec).flatMap((one) => one.panels ?? [])).toHaveLength(1);
});

test('in a manual section the order is the document’s own', () => {
  let spec = identified(read(text));
  const shown = arrange(edit.setBank(spec, { sortAlphabetically: false }), some);
  spec = edit.setBank(spec, { sortAlphabetically: false });
  const last = shown[0]?.panels.at(-1);
  if (!last) throw new Error('no panel');
  spec = edit.movePanel(spec, shown, last, shown[0]?.id ?? '', 0);
  expect(sectionsOf(spec)[0]?.panels?.map((one) => one.__id__)[0]).toBe(last.key);
  expect(bankOf(spec).panelPlacementOverrides).toBeUndefined();
  spec = edit.movePanel(spec, arrange(spec, some), last, shown[1]?.id ?? '', 2);
  expect(arrange(spec, some).map((one) => one.panels.length)).toEqual([4, 7]);
  expect(sectionsOf(spec)[1]?.panels?.[2]?.__id__).toBe(last.key);
});

test('going manual keeps what is shown, and automatic again adds what is missing', () => {
  const before = arrange(blank(true), some);
  const spec = edit.setAutomatic(blank(true), before, false);
  const shown = arrange(spec, logged('train/loss', 'other/new'));
  expect(shown.map(({ name, panels }) => [name, panels.length])).toEqual([
    ['Charts', 1],
    ['train', 4],
    ['val', 1],
  ]);
});

test('a search keeps matching panels; 2,000 are searched and arranged in time', () => {
  const keys = Array.from({ length: 2000 }, (_, i) => `layer.${i % 40}/weight_${i}/norm`);
  const many = logged(...keys);
  const spec = blank(true);
  const shown = arrange(spec, many);
  // The best of a few: other work on the machine is not what is measured.
  const best = (work: () => unknown) =>
    Math.min(
      ...Array.from({ length: 8 }, () => {
        const start = performance.now();
        work();
        return performance.now() - start;
      }),
    );
  const search = () => visible(shown, spec, matcher('layer.7/.*_47/'));
  expect(best(search)).toBeLessThan(50);
  expect(best(() => arrange(spec, many))).toBeLessThan(200);
  const found = search();
  expect(shown).toHaveLength(40);
  expect(outline(found)).toEqual([['layer.7', ['weight_47/norm']]]);
});

test('the tables that charts are drawn from are in a closed section of their own', () => {
  const table = (key: string) => ({ key, type: 'table-file' });
  const userQuery = writeQuery({
    ...{ source: 'summaryTable', table: 'roc_table', history: [], columns: {} },
  });
  const shown = arrange(blank(true), {
    ...logged('loss'),
    metrics: [number('loss'), table('roc_table'), table('samples')],
    charts: [{ key: 'roc', config: { panelDefId: 'wandb/line/v0', userQuery } }],
  });
  expect(outline(shown)).toEqual([
    ['Charts', ['loss', 'samples']],
    ['Custom Charts', ['line']],
    ['Custom Chart Tables', ['roc_table']],
  ]);
  expect(shown.map((one) => one.section.isOpen)).toEqual([true, true, false]);
});
