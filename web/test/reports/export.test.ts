import { expect, test } from 'vitest';
import { latex } from '../../src/lib/reports/export/latex';
import { markdown } from '../../src/lib/reports/export/markdown';
import type { Block } from '../../src/lib/reports/spec';

const p = (...children: Block[]): Block => ({ type: 'paragraph', children });
const md = (...blocks: Block[]) =>
  markdown('T', { blocks }, 'https://here/r').slice('# T\n\n'.length);
const tex = (...blocks: Block[]) => latex('T', ['Ada'], { blocks }, 'https://here/r');

test('marks, links and formulas of a text', () => {
  const text = p(
    { text: 'a ' },
    { text: 'bold ', bold: true },
    { text: 'c`d', inlineCode: true },
    { text: ' ' },
    { type: 'link', url: 'https://e.org/a b', children: [{ text: 'l' }] },
    { type: 'latex', content: 'x^2', children: [{ text: '' }] },
  );
  expect(md(text)).toBe('a **bold** ``c`d`` [l](<https://e.org/a b>)$x^2$\n');
  expect(tex(text)).toContain('a \\textbf{bold }\\texttt{c`d} \\href{https://e.org/a%20b}{l}$x^2$');
});

test('what would mean something is only text', () => {
  expect(md(p({ text: '# no *head* <b>' }))).toBe('\\# no \\*head\\* \\<b\\>\n');
  expect(tex(p({ text: '50 % of $x_1 \\input{a}' }))).toContain(
    '50 \\% of \\$x\\_1 \\textbackslash{}input\\{a\\}',
  );
});

test('lists in lists, boxes, code with fences in it', () => {
  const item = (word: string, ...inner: Block[]): Block => ({
    type: 'list-item',
    children: [p({ text: word }), ...inner],
  });
  const list: Block = {
    type: 'list',
    children: [item('a', { type: 'list', children: [item('b')] })],
  };
  expect(md(list)).toBe('- a\n  - b\n');
  expect(md({ type: 'list', children: [{ ...item('x'), checked: true }] })).toBe('- [x] x\n');
  const code: Block = {
    type: 'code-block',
    language: 'markdown',
    children: [{ type: 'code-line', children: [{ text: '```' }] }],
  };
  expect(md(code)).toBe('````markdown\n```\n````\n');
});

test('a panel grid is a link to the report', () => {
  const grid: Block = {
    type: 'panel-grid',
    metadata: {
      panelBankSectionConfig: {
        panels: [{ viewType: 'Run History Line Plot', config: { metrics: ['loss'] } }],
      },
    },
  };
  expect(md(grid)).toBe('[loss](<https://here/r>)\n');
  expect(tex(grid)).toContain('\\href{https://here/r}{loss}');
});
