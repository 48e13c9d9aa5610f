import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changed, parse, write as writeJson } from '../../src/lib/workspace/json';
import {
  bankOf,
  blank,
  identified,
  isAutomatic,
  panelsOf,
  prefixOf,
  read,
  sectionsOf,
  withBank,
  write,
} from '../../src/lib/workspace/spec';

/** Made by the package wandb-workspaces 0.4.13. */
const golden = (name: string) =>
  readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8').trim();

test.each(['full', 'empty', 'auto'])(
  'what the package has made goes out as it came in: %s',
  (name) => {
    expect(write(read(golden(name)))).toBe(golden(name));
  },
);

test('a change leaves every other byte as it was', () => {
  const text =
    '{"section":{"panelBankConfig":{"state":1,"new":{"a":1.0,"b":[1e-05,{"é":"\\u0001\\"x"}]},"sections":[]},"ref":12345678901234567890},"1.50":0.10,"vizExpanded":false}';
  const spec = withBank(read(text), { state: 2 });
  expect(write(spec)).toBe(text.replace('"state":1', '"state":2'));
});

test('a number that was replaced is written as it is now', () => {
  const holder = parse('{"a":1.0,"b":2.0}') as { a: number; b: number };
  expect(writeJson(changed(holder, { a: 3 }))).toBe('{"a":3,"b":2.0}');
  expect(writeJson(changed(holder, { a: undefined }))).toBe('{"b":2.0}');
});

test.each(['', '{', '{"a":}', '[1,]', '{"a":1} x', 'nul', '"a', '[1 2]', '\u00a01'])(
  'what is no JSON is refused: %s',
  (text) => {
    expect(() => parse(text)).toThrow(SyntaxError);
  },
);

test('a document of any shape can be opened', () => {
  for (const text of ['{}', '{"section":null}', '{"section":{"panelBankConfig":[]}}']) {
    const spec = read(text);
    expect([sectionsOf(spec), bankOf(spec), isAutomatic(spec)]).toEqual([[], {}, true]);
  }
  expect(() => read('[]')).toThrow(SyntaxError);
});

test('the mode is read where the vendor keeps it, of old and of late', () => {
  expect(isAutomatic(read(golden('full')))).toBe(false);
  expect(isAutomatic(read(golden('auto')))).toBe(true);
  const modern = '{"section":{"settings":{"shouldAutoGeneratePanels":true},"workspaceSettings":';
  expect(isAutomatic(read(`${modern}{"ref":{},"shouldAutoGeneratePanels":false}}}`))).toBe(false);
  expect(isAutomatic(read(`${modern}{"ref":{}}}}`))).toBe(true);
  expect([prefixOf(read(golden('full'))), prefixOf(read(golden('auto')))]).toEqual([
    'first',
    'last',
  ]);
});

test('sections and panels without an id get one, and those that have one keep it', () => {
  const spec = read(golden('full'));
  const made = identified(spec);
  expect(sectionsOf(made).every((section) => /^[a-z0-9]{11}$/.test(section.__id__ ?? ''))).toBe(
    true,
  );
  expect(sectionsOf(made).flatMap(panelsOf)).toEqual(sectionsOf(spec).flatMap(panelsOf));
  expect(identified(made)).toBe(made);
  expect(identified(blank(true))).toEqual(blank(true));
});
