import { expect, test } from 'vitest';
import {
  atStep,
  itemsOf,
  kindOf,
  mediaKeys,
  patternOf,
  stepsOf,
} from '../src/lib/panels/media/media';

const file = (name: string) => ({
  ...{ id: name, name, sizeBytes: 1, mimetype: null, updatedAt: null, directUrl: '' },
});
const files = [
  'media/images/val/sample_10_abcdef0123.png',
  'media/images/val/sample_2_bbbbbb0123.png',
  'media/images/val/sample_2_aaaaaa0123.png',
  'media/images/val/sample_more_2_aaaaaa0123.png',
  'media/table/val/sample_3_aaaaaa0123.table.json',
  'output.log',
].map(file);

test('files of a key are found by their names, by step and place', () => {
  const items = itemsOf('r', 'val/sample', files);
  expect(items.map((item) => [item.step, item.index, item.kind])).toEqual([
    [2, 0, 'image'],
    [2, 1, 'image'],
    [3, 0, 'table'],
    [10, 0, 'image'],
  ]);
  expect(stepsOf(items)).toEqual([2, 3, 10]);
  expect(atStep(items, 9).map((item) => item.step)).toEqual([3]);
  expect(atStep(items, 0).map((item) => item.step)).toEqual([2, 2]);
  expect(atStep([], 5)).toEqual([]);
});

test('a key is meant literally in the pattern', () => {
  expect(patternOf('a_b%c')).toBe('media/%/a\\_b\\%c\\_%');
});

test('what could be a page of its own is shown as nothing but a download', () => {
  expect(['a.svg', 'a.html', 'a.js', 'a.pdf'].map(kindOf)).toEqual(Array(4).fill('other'));
  expect(['a.JPG', 'a.wav', 'a.mp4', 'a.table.json'].map(kindOf)).toEqual([
    'image',
    'audio',
    'video',
    'table',
  ]);
  const metrics = ['number', 'image-file', 'images/separated', 'table-file'].map((type) => ({
    key: type,
    type,
  }));
  expect(mediaKeys(metrics)).toEqual(['image-file', 'images/separated', 'table-file']);
});
