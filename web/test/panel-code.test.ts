import { describe, expect, test } from 'vitest';
import { comparable, diffRows, folded, pieces, unified } from '../src/lib/panels/code/code';

const text = (...lines: string[]) => lines.join('\n');
const outline = (left: string, right: string) =>
  diffRows(left, right).map((row) => [row.left?.number ?? 0, row.right?.number ?? 0, row.same]);

describe('two versions of a file', () => {
  test('what both have is on one row, a change beside what it replaced', () => {
    expect(outline(text('a', 'b', 'c', 'd'), text('a', 'B', 'd', 'e'))).toEqual([
      [1, 1, true],
      [2, 2, false],
      [3, 0, false],
      [4, 3, true],
      [0, 4, false],
    ]);
  });

  test('an empty file, line ends of Windows and a missing last line end are no changes of their own', () => {
    expect(outline('', 'a\n')).toEqual([[0, 1, false]]);
    expect(outline('a\r\nb\r\n', 'a\nb')).toEqual([
      [1, 1, true],
      [2, 2, true],
    ]);
  });

  test('unified: all that went before all that came', () => {
    const rows = unified(diffRows(text('a', 'b', 'c'), text('a', 'x', 'y')));
    expect(rows.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'same a',
      'removed b',
      'removed c',
      'added x',
      'added y',
    ]);
  });

  test('unchanged lines far from any change are folded, and counted', () => {
    const before = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const rows = folded(diffRows(text(...before), text(...before.with(10, 'new'))));
    expect(rows.map((row) => (typeof row === 'number' ? row : row.left?.number))).toEqual([
      ...[7, 8, 9, 10, 11, 12, 13, 14],
      6,
    ]);
    expect(folded(diffRows('a', 'a'))).toEqual([1]);
  });

  test('within a changed line only the words that differ are marked', () => {
    const marked = (side: 'left' | 'right') =>
      pieces('lr = 0.1 * k', 'lr = 0.2 * k', side)
        .filter((piece) => piece.changed)
        .map((piece) => piece.text)
        .join('');
    expect(marked('left')).toContain('1');
    expect(marked('right')).toContain('2');
    expect(marked('right')).not.toContain('k');
  });

  test('what both have stands before what one has, code before what describes its surroundings', () => {
    const file = (name: string) => ({
      ...{ id: name, name, sizeBytes: 1, mimetype: null, updatedAt: null, directUrl: '' },
    });
    const files = new Map([
      ['r1', [file('requirements.txt'), file('code/train.py')]],
      ['r2', [file('code/a.py'), file('code/train.py')]],
    ]);
    expect(comparable(files)).toEqual(['code/train.py', 'code/a.py', 'requirements.txt']);
  });
});
