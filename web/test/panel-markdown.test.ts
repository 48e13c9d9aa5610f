import { expect, test } from 'vitest';
import { render } from 'svelte/server';
import Markdown from '../src/lib/panels/markdown/Markdown.svelte';
import { inAlphabet } from '../src/lib/panels/markdown/letters';
import { characters, safeImage, safeLink, tokensOf } from '../src/lib/panels/markdown/tokens';

test('formulas are found, prices are not', () => {
  const kinds = (text: string) =>
    tokensOf(text)
      .flatMap((token) => ('tokens' in token && token.tokens ? token.tokens : [token]))
      .map((token) => token.type);
  expect(kinds('a $x^2$ b')).toEqual(['text', 'math', 'text']);
  expect(kinds('$$\nx\n$$')).toEqual(['math']);
  expect(kinds('from $5 to $6')).toEqual(['text']);
});

test('links and images lead nowhere that runs or is asked behind the reader’s back', () => {
  const wild = [
    'javascript:alert(1)',
    ' java\nscript:x',
    'data:text/html,x',
    'vbscript:x',
    '//evil',
    'file:///etc',
  ];
  expect(wild.map(safeLink)).toEqual(wild.map(() => null));
  expect(['https://a.b/c', 'mailto:a@b.c', 'runs/1', '#top'].map(safeLink)).toEqual([
    'https://a.b/c',
    'mailto:a@b.c',
    'runs/1',
    '#top',
  ]);
  const images = [
    'https://a.b/c.png',
    '//a.b/c.png',
    '\\\\a.b\\c',
    'data:image/svg+xml;base64,AA',
    'javascript:x',
  ];
  expect(images.map(safeImage)).toEqual(images.map(() => null));
  expect(safeImage('data:image/png;base64,AAAA')).toBe('data:image/png;base64,AAAA');
});

test('what an author wrote never becomes markup', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'text <b onclick="x()">bold</b>',
    '[x](javascript:alert(1))',
    '`<i>`',
    '```\n</code><iframe>\n```',
    '![<svg onload=x>](https://a.b)',
    '# <style>*{}</style>',
    '| <u> |\n|--|\n| <u> |',
    '[a"onmouseover="x](https://a.b/"onmouseover="x)',
  ].join('\n\n');
  const { body } = render(Markdown, { props: { text: hostile } });
  // Only tags that our components write.
  const tags = new Set([...body.matchAll(/<([a-z][\w-]*)/g)].map(([, tag]) => tag));
  for (const tag of tags)
    expect([
      'div',
      'p',
      'h4',
      'code',
      'pre',
      'a',
      'table',
      'thead',
      'tbody',
      'tr',
      'th',
      'td',
      'strong',
    ]).toContain(tag);
  const attributes = [...body.matchAll(/<[a-z][\w-]*([^>]*)>/g)].map(
    ([, rest]) => rest?.replace(/"[^"]*"/g, '') ?? '',
  );
  expect(attributes.filter((rest) => /\bon\w+\s*=/.test(rest))).toEqual([]);
  expect(body).not.toMatch(/href="javascript/);
  expect(body).toContain('&lt;script>alert(1)');
});

test('character references are characters', () => {
  expect(characters('a &lt; b &amp;&#33;&#x21; &unknown; &#0;')).toBe('a < b &!! &unknown; &#0;');
});

test('letters of formulas are in the alphabet that they name', () => {
  expect(inAlphabet('E', 'double-struck')).toBe('𝔼');
  expect(inAlphabet('R', 'double-struck')).toBe('ℝ');
  expect(inAlphabet('Lx', 'script')).toBe('ℒx');
  expect(inAlphabet('ab1', 'bold')).toBe('𝐚𝐛1');
  expect(inAlphabet('a', 'unheard-of')).toBe('a');
});
