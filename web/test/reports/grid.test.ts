import { expect, test } from 'vitest';
import {
  addRunSet,
  colorOf,
  drawnSets,
  type Metadata,
  metadataOf,
  newGrid,
  placesOf,
  readable,
  specOf,
  withPanels,
  withRunSet,
} from '../../src/lib/reports/grid/metadata';
import { restored, stored } from '../../src/lib/reports/grid/frozen';
import { homeOf, ofEach, runKey } from '../../src/lib/runs/home';
import { projectsOf } from '../../src/lib/reports/share';
import { panelsOf, sectionsOf, withSections } from '../../src/lib/workspace/spec';

const home = { entity: 'e', project: 'p' };
const metadata: Metadata = {
  openViz: true,
  unknown: { kept: 1 },
  runSets: [
    { id: 'a', name: 'A', enabled: true },
    { id: 'b', name: 'B', enabled: true, project: { entityName: 'x', name: 'y' } },
  ],
  panelBankSectionConfig: {
    name: 'Report Panels',
    isOpen: false,
    type: 'grid',
    panels: [{ __id__: 'one', viewType: 'Run History Line Plot', config: { metrics: ['loss'] } }],
  },
};

test('panels are changed as in a workspace; all else stays', () => {
  const spec = specOf(metadata);
  const [section = {}] = sectionsOf(spec);
  expect(panelsOf(section)).toHaveLength(1);
  const next = withPanels(metadata, withSections(spec, [{ ...section, panels: [] }]));
  expect(next).toEqual({
    ...metadata,
    panelBankSectionConfig: { ...metadata.panelBankSectionConfig, panels: [] },
  });
});

test('all run sets that are switched on are drawn, the project of the first leads', () => {
  const away = { entity: 'x', project: 'y' };
  expect(drawnSets(metadata)).toEqual([0, 1]);
  expect(placesOf(metadata, home)).toEqual([home, away]);
  const off = withRunSet(metadata, 0, { enabled: false });
  expect(drawnSets(off)).toEqual([1]);
  expect(placesOf(off, home)).toEqual([away]);
  expect(placesOf(addRunSet(metadata, 'C'), home)).toEqual([home, away]);
  const none = withRunSet(off, 1, { enabled: false });
  expect(drawnSets(none)).toEqual([]);
  expect(placesOf(none, home)).toEqual([home]);
});

test('a run of another project is called by it, also where both have one of the same id', async () => {
  const away = { entity: 'x', project: 'y' };
  expect(runKey(home, home, 'r1')).toBe('r1');
  expect(runKey(home, away, 'r1')).toBe('x/y/r1');
  expect(homeOf(home, 'r1')).toEqual({ ...home, run: 'r1' });
  expect(homeOf(home, 'x/y/r1')).toEqual({ ...away, run: 'r1' });
  const asked: unknown[] = [];
  const found = await ofEach(home, ['r1', 'x/y/r1', 'r2'], (place, runs) => {
    asked.push([place, runs]);
    return Promise.resolve(new Map(runs.map((run) => [run, `${place.project} ${run}`])));
  });
  expect(asked).toEqual([
    [home, ['r1', 'r2']],
    [away, ['r1']],
  ]);
  expect(Object.fromEntries(found)).toEqual({ r1: 'p r1', r2: 'p r2', 'x/y/r1': 'y r1' });
});

test('a run set of the package is read: groups of runs, and names of columns with their place', () => {
  const tree = [{ value: 'g', children: ['r1', 'r2'] }, 'r3'] as unknown as string[];
  const set = readable({
    selections: { root: 1, bounds: [], tree },
    grouping: [{ section: 'config', name: 'lr.value' }],
  });
  expect(set.selections?.tree).toEqual(['r1', 'r2', 'r3']);
  expect(set.grouping).toEqual([{ section: 'config', name: 'lr' }]);
});

test('only colours are colours', () => {
  const customRunColors = { a: '#ff0000', b: 'url(https://x)', c: 'rgb(1, 2, 3)', d: 3 };
  const of = (run: string) => colorOf({ customRunColors }, run);
  expect([of('a'), of('b'), of('c'), of('d')]).toEqual([
    '#ff0000',
    undefined,
    'rgb(1, 2, 3)',
    undefined,
  ]);
});

test('frozen lines come back', () => {
  const x = Float64Array.of(0, 1.5, 1e12);
  const mean = Float64Array.of(1, 0.5, NaN);
  const exact = { run: 'r', key: 'k', exact: true, nan: 1, inf: 0, x, mean, min: mean, max: mean };
  const text = JSON.parse(JSON.stringify(stored(exact))) as ReturnType<typeof stored>;
  expect(text).not.toHaveProperty('min');
  expect(restored(text)).toEqual(exact);
  const odd = {
    ...exact,
    unusual: [
      [3, NaN],
      [4, Infinity],
      [5, -Infinity],
    ] as const,
  };
  const kept = JSON.parse(JSON.stringify(stored(odd))) as ReturnType<typeof stored>;
  expect(restored(kept)).toEqual(odd);
});

test('a share link is for every project that panels draw from', () => {
  const grid = { ...newGrid([]), metadata };
  const spec = { blocks: [{ type: 'heading', collapsedChildren: [grid] }] };
  expect(projectsOf(spec, home)).toEqual([home, { entity: 'x', project: 'y' }]);
  expect(metadataOf({ type: 'panel-grid', metadata: 3 })).toEqual({});
});
