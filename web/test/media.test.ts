import { describe, expect, test } from 'vitest';
import { atStep, cellsOf, layoutOf, stepsOf, thin } from '../src/lib/media/cells';
import { cloudOf, edgesOf } from '../src/lib/media/cloud';
import { densities, medianOf } from '../src/lib/media/density';
import { classesOf, paintMask } from '../src/lib/media/mask';
import {
  boxesOf,
  boxShown,
  labelsOf,
  maskLabels,
  overlaysOf,
  plain,
  scoreRanges,
  toggled,
} from '../src/lib/media/overlays';
import { peaksOf } from '../src/lib/media/peaks';
import { itemsOfAnswers, specsOf } from '../src/lib/media/rows.svelte';
import { type Item, itemsOf, kindOfType, pathsOf } from '../src/lib/media/values';

const mask = (path: string) => ({ _type: 'mask', path, sha256: 'x', size: 1 });

describe('values as the client logs them', () => {
  test('an image has its caption, size, masks and boxes', () => {
    const value = {
      ...{ _type: 'image-file', path: 'media/images/seg/image_1_ec.png', width: 96, height: 64 },
      ...{ caption: 'one', format: 'png', masks: { truth: mask('m.mask.png') } },
      boxes: { predictions: { _type: 'boxes2D', path: 'b.boxes2D.json' } },
    };
    const [item] = itemsOf('r', 'seg/image', 1, value);
    expect(item).toMatchObject({ kind: 'image', width: 96, height: 64, caption: 'one', index: 0 });
    expect(item && pathsOf(item)).toEqual([
      'media/images/seg/image_1_ec.png',
      'm.mask.png',
      'b.boxes2D.json',
    ]);
  });

  test('a list has an item a member, each with its own overlays', () => {
    const value = {
      ...{ _type: 'images/separated', count: 2, width: 8, height: 8, format: 'png' },
      ...{ filenames: ['media/images/a.png', 'media/images/b.png'], captions: ['s0', null] },
      all_masks: [null, { predictions: mask('second.mask.png') }],
    };
    const items = itemsOf('r', 'samples', 3, value);
    expect(items.map((item) => [item.index, item.path, item.caption])).toEqual([
      [0, 'media/images/a.png', 's0'],
      [1, 'media/images/b.png', ''],
    ]);
    expect(items[0]?.masks).toEqual({});
    expect(items[1]?.masks).toEqual({ predictions: 'second.mask.png' });
  });

  test('lists of old clients name no files', () => {
    const value = { _type: 'images/separated', count: 2, format: 'jpg' };
    expect(itemsOf('r', 'val/x', 7, value).map((item) => item.path)).toEqual([
      'media/images/val/x_7_0.jpg',
      'media/images/val/x_7_1.jpg',
    ]);
  });

  test('each kind of list is read from where its members are', () => {
    const file = (type: string, path: string) => ({ _type: type, path, caption: 'c' });
    const paths = (value: unknown) =>
      itemsOf('r', 'k', 0, value).map(({ kind, path, caption }) => `${kind} ${path} ${caption}`);
    const audio = [file('audio-file', 'media/audio/a.wav')];
    expect(paths({ _type: 'audio', count: 1, audio })).toEqual(['audio media/audio/a.wav c']);
    const videos = [file('video-file', 'media/videos/a.mp4')];
    expect(paths({ _type: 'videos', count: 1, videos })).toEqual(['video media/videos/a.mp4 c']);
    const objects = [file('object3D-file', 'media/object3D/a.glb')];
    expect(paths({ _type: 'object3D', count: 1, filenames: ['a.glb'], objects })).toEqual([
      'scene media/object3D/a.glb c',
    ]);
    const molecule = { _type: 'molecule', filenames: ['media/molecule/a.pdb'], captions: ['m'] };
    expect(paths({ ...molecule, count: 1 })).toEqual(['molecule media/molecule/a.pdb m']);
    const html = [file('html-file', 'media/html/a.html')];
    expect(paths({ _type: 'html', count: 1, html })).toEqual(['html media/html/a.html c']);
  });

  test('histograms with edges, packed edges, or nothing that fits', () => {
    const of = (value: object) =>
      itemsOf('r', 'h', 0, { _type: 'histogram', ...value })[0]?.histogram;
    expect(of({ values: [1, 2], bins: [0, 1, 3] })).toEqual({ values: [1, 2], edges: [0, 1, 3] });
    expect(of({ values: [1, 2], packedBins: { min: -1, size: 0.5, count: 2 } })?.edges).toEqual([
      -1, -0.5, 0,
    ]);
    expect(of({ values: [1, 2], bins: [0, 1] })).toBeNull();
    expect(of({ values: [1], bins: ['Infinity', 1] })).toBeNull();
  });

  test('what is no medium is no item, whatever its shape', () => {
    for (const value of [null, 3, true, [1], {}, { _type: 7 }, { _type: 'graph' }])
      expect(itemsOf('r', 'k', 0, value)).toEqual([]);
    expect(itemsOf('r', 'k', 0, { _type: 'image-file', path: 9, masks: [1] })[0]).toMatchObject({
      path: '',
      masks: {},
    });
    const types = ['number', 'map', 'image-file', 'object3D', 'string', 'joined-table-file'];
    expect(types.map(kindOfType)).toEqual([null, null, 'image', 'scene', 'text', 'other']);
  });

  test('rows are asked for key by key and answered in that order', () => {
    const asked = specsOf(['a', 'b'], 5).map((text) => JSON.parse(text) as object);
    expect(asked).toEqual([
      { keys: ['_step', 'a'], samples: 1000, minStep: 5 },
      { keys: ['_step', 'b'], samples: 1000, minStep: 5 },
    ]);
    const answers = [[{ _step: 1, a: 'x' }, { a: 'lost' }], [{ _step: 2, b: 'y' }]];
    const items = itemsOfAnswers('r', ['a', 'b'], answers);
    expect(items.map(({ key, step, text }) => [key, step, text])).toEqual([
      ['a', 1, 'x'],
      ['b', 2, 'y'],
    ]);
    expect(itemsOfAnswers('r', ['a'], null)).toEqual([]);
  });
});

describe('cells', () => {
  const text = (run: string, step: number, index = 0) => ({
    ...(itemsOf(run, 'k', step, 'x')[0] as Item),
    index,
  });
  const items = [text('a', 0), text('a', 10), text('a', 10, 1), text('b', 5)];

  test('at a step each run shows its last until then, else its first', () => {
    expect(stepsOf(items)).toEqual([0, 5, 10]);
    const shown = (step: number) =>
      cellsOf(items, layoutOf({}), ['b', 'a', 'c'], step)[0]?.map((cell) => [
        cell.run,
        ...cell.items.map((item) => item.step),
      ]);
    expect(shown(7)).toEqual([
      ['b', 5],
      ['a', 0],
    ]);
    expect(shown(2)).toEqual([
      ['b', 5],
      ['a', 0],
    ]);
    expect(shown(10)).toEqual([
      ['b', 5],
      ['a', 10, 10],
    ]);
    expect(atStep([], 3)).toEqual([]);
  });

  test('a grid lines up, also where nothing was logged', () => {
    const layout = layoutOf({ mode: 'grid', gridSettings: { xAxis: 'step', yAxis: 'run' } });
    expect(layout).toEqual({ mode: 'grid', across: 'step', down: 'run' });
    const cells = cellsOf(items, layout, ['a', 'b'], 0);
    expect(cells.map((row) => row.map((cell) => cell.items.length))).toEqual([
      [1, 0, 2],
      [0, 1, 0],
    ]);
  });

  test('settings that others wrote wrongly fall back', () => {
    expect(layoutOf({ mode: 'grid', gridSettings: { xAxis: 'run', yAxis: 'run' } })).toEqual({
      ...{ mode: 'grid', across: 'run', down: 'step' },
    });
    expect(layoutOf({ gallerySettings: 'x' }).across).toBe('run');
    expect(layoutOf({ mode: 'gallery', gallerySettings: { axis: 'index' } }).across).toBe('index');
    expect(thin([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
  });
});

describe('overlays', () => {
  const file = {
    box_data: [
      {
        position: { minX: 0.1, maxX: 0.4, minY: 0.2, maxY: 0.6 },
        ...{ class_id: 1, box_caption: 'car', scores: { acc: 0.9 } },
      },
      { position: { middle: [50, 20], width: 20, height: 10 }, domain: 'pixel', class_id: 2 },
      { position: { minX: 'no' }, class_id: 3 },
    ],
    class_labels: { 1: 'car', 2: 'road', x: 'no' },
  };

  test('boxes come as corners or a middle, in shares or pixels', () => {
    const boxes = boxesOf('p', file, 100, 50);
    expect(boxes).toHaveLength(2);
    expect(boxes[0]?.width).toBeCloseTo(0.3);
    expect(boxes[1]).toMatchObject({ x: 0.4, y: 0.3, width: 0.2, height: 0.2, classId: 2 });
    expect(labelsOf(file.class_labels)).toEqual(
      new Map([
        [1, 'car'],
        [2, 'road'],
      ]),
    );
    expect(boxesOf('p', 'nonsense', 1, 1)).toEqual([]);
  });

  test('classes, groups and scores hide boxes', () => {
    const [car, road] = boxesOf('p', file, 100, 50);
    if (!car || !road) throw new Error('no boxes');
    const shown = (overlays = plain) => [car, road].map((box) => boxShown(overlays, box));
    expect(shown()).toEqual([true, true]);
    expect(shown(toggled(plain, 'p/1'))).toEqual([false, true]);
    expect(shown(toggled(plain, 'p'))).toEqual([false, false]);
    expect(shown({ ...plain, scores: { acc: [0.95, 1] } })).toEqual([false, true]);
    expect(toggled(toggled(plain, 'p'), 'p').hidden).toEqual([]);
    expect(scoreRanges([car, road])).toEqual(new Map([['acc', [0.9, 0.9]]]));
    expect(overlaysOf({ hidden: ['a', 1], opacity: 7, scores: { x: [0], y: [0, 1] } })).toEqual({
      ...{ hidden: ['a'], opacity: 1, scores: { y: [0, 1] } },
    });
  });

  test('names of mask classes are in the config of the run', () => {
    const value = { '1': 'car' };
    const labels = { 'seg/image_wandb_delimeter_truth': { type: 'mask/class_labels', value } };
    const config = { _wandb: { value: { 'mask/class_labels': labels } } };
    expect(maskLabels(config, 'seg/image', 'truth').get(1)).toBe('car');
    expect(maskLabels(config, 'seg/image', 'other').size).toBe(0);
    expect(maskLabels(undefined, 'a', 'b').size).toBe(0);
  });

  test('a mask paints its classes and leaves the others clear', () => {
    const found = { width: 2, height: 1, ids: Uint8Array.from([0, 2]) };
    expect(classesOf(found)).toEqual([0, 2]);
    const pixels = new Uint8ClampedArray(8);
    paintMask(pixels, found, (id) => (id === 2 ? [9, 8, 7] : null), 0.5);
    expect([...pixels]).toEqual([0, 0, 0, 0, 9, 8, 7, 128]);
  });
});

test('histograms of different bins are spread over common ones, and nothing is lost', () => {
  const one = { step: 2, histogram: { values: [1, 1], edges: [0, 1, 2] } };
  const two = { step: 1, histogram: { values: [4], edges: [1, 4] } };
  const found = densities([one, two], 4);
  expect(found?.steps).toEqual([1, 2]);
  expect([found?.low, found?.high]).toEqual([0, 4]);
  expect([...(found?.rows[1] ?? [])]).toEqual([0.5, 0.5, 0, 0]);
  const sums = found?.rows.map((row) => row.reduce((sum, share) => sum + share, 0));
  for (const sum of sums ?? []) expect(sum).toBeCloseTo(1);
  expect(densities([])).toBeNull();
  const point = densities([{ step: 0, histogram: { values: [3], edges: [5, 5] } }], 2);
  expect(point?.rows[0]?.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  expect(medianOf({ values: [1, 1], edges: [0, 1, 2] })).toBe(1);
  expect(medianOf({ values: [0, 4], edges: [0, 1, 3] })).toBe(2);
});

test('the outline of a sound keeps its extremes', () => {
  const samples = Float32Array.from([0, 1, -0.5, 0.25]);
  expect(peaksOf(samples, 2)).toEqual([
    { low: 0, high: 1 },
    { low: -0.5, high: 0.25 },
  ]);
  expect(peaksOf(new Float32Array(), 2)).toHaveLength(2);
});

describe('point clouds', () => {
  const palette = [
    [1, 1, 1],
    [2, 2, 2],
  ] as const;
  const corners = [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 1],
  ];

  test('places with a class, a colour or neither; what is none is left out', () => {
    const text = JSON.stringify([[1, 2, 3], [4, 5, 6, 1], [7, 8, 9, 10, 20, 30], ['x'], [1, 2]]);
    const cloud = cloudOf(text, palette);
    expect([...cloud.positions]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...cloud.colors]).toEqual([1, 1, 1, 2, 2, 2, 10, 20, 30]);
  });

  test('a scene has boxes and vectors', () => {
    const box = { corners, label: 'Tree', color: [123, 200, 44], score: 0.7 };
    const vectors = [{ start: [0, 0, 0], end: [1, 0, 0] }, { start: 1 }];
    const cloud = cloudOf(JSON.stringify({ points: [], boxes: [box, {}], vectors }), palette);
    expect(cloud.boxes).toMatchObject([{ label: 'Tree 0.7', color: [123, 200, 44] }]);
    expect(cloud.vectors).toHaveLength(1);
  });

  test('a box has twelve edges, in whatever order its corners come', () => {
    for (const some of [corners, [...corners].reverse()]) {
      const edges = edgesOf(some);
      expect(edges).toHaveLength(12);
      const lengths = edges.map(([a, b]) =>
        Math.hypot(...(some[a] ?? []).map((one, at) => one - (some[b]?.[at] ?? 0))),
      );
      expect(new Set(lengths)).toEqual(new Set([1]));
    }
  });
});
