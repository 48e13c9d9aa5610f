import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import { expect, test, vi } from 'vitest';
import {
  language,
  languages as offered,
  render,
  setLanguage,
  t,
} from '../src/lib/i18n/messages.svelte';

type Message = string | Record<string, string>;
const root = new URL('../src/', import.meta.url);
const catalogue = JSON.parse(
  readFileSync(new URL('../../locales/en.json', import.meta.url), 'utf8'),
) as Record<string, Message>;
const languages = ['en', 'es', 'fr', 'de', 'ja'];
const keys = Object.keys(catalogue).filter((key) => key.startsWith('web.'));
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !name.endsWith('generated.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(name, root), 'utf8') }));

interface Node {
  type: string;
  [field: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Visits every node of a syntax tree, of script and template alike. */
function walk(
  value: unknown,
  visit: (node: Node, parent: Node | null) => void,
  parent: Node | null = null,
) {
  if (Array.isArray(value)) for (const item of value) walk(item, visit, parent);
  else if (isNode(value)) {
    visit(value, parent);
    for (const [field, child] of Object.entries(value)) {
      if (field !== 'parent') walk(child, visit, value);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) walk(child, visit, parent);
  }
}

const trees = sources.map(({ name, text }) => ({
  name,
  svelte: name.endsWith('.svelte'),
  tree: parse(name.endsWith('.svelte') ? text : `<script lang="ts">${text}</script>`, {
    modern: true,
  }),
}));

const placeholders = (message: Message): Set<string> => {
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')),
  );
};

test('every message is used and every used message exists', () => {
  const used = new Set<string>();
  for (const { tree } of trees) {
    walk(tree, (node) => {
      if (
        node.type === 'Literal' &&
        typeof node.value === 'string' &&
        /^web\.[\w.]+$/.test(node.value)
      ) {
        used.add(node.value);
      }
    });
  }
  expect([...used].filter((key) => !(key in catalogue))).toEqual([]);
  expect(keys.filter((key) => !used.has(key))).toEqual([]);
});

test('placeholders match what the code gives', () => {
  const problems: string[] = [];
  for (const { name, tree } of trees) {
    walk(tree, (node) => {
      const callee = node.callee as Node | undefined;
      if (node.type !== 'CallExpression' || callee?.name !== 't') return;
      const [key, values] = node.arguments as (Node | undefined)[];
      if (key?.type !== 'Literal') return;
      const wanted = placeholders(catalogue[key.value as string] ?? '');
      if (typeof catalogue[key.value as string] === 'object') wanted.add('count');
      const given = new Set(
        ((values?.properties ?? []) as Node[]).map(
          (property) => (property.key as Node).name as string,
        ),
      );
      if ([...wanted].sort().join() !== [...given].sort().join()) {
        problems.push(`${name}: ${String(key.value)} wants {${[...wanted]}}, gets {${[...given]}}`);
      }
    });
  }
  expect(problems).toEqual([]);
});

test('no component has text of its own', () => {
  const spoken = new Set(['title', 'alt', 'placeholder', 'aria-label', 'label']);
  const problems: string[] = [];
  for (const { name, svelte, tree } of trees) {
    if (!svelte) continue;
    walk((tree as unknown as { fragment: unknown }).fragment, (node, parent) => {
      if (node.type !== 'Text' || !/\p{L}/u.test(String(node.data))) return;
      if (parent?.type === 'Attribute' && !spoken.has(String(parent.name))) return;
      if (parent?.type === 'StyleDirective') return;
      problems.push(`${name}: ${String(node.data).trim()}`);
    });
  }
  expect(problems).toEqual([]);
});

test('every language has the texts and the plural forms that it needs', () => {
  for (const language of languages) {
    const file = new URL(`../../locales/${language}.json`, import.meta.url);
    const own = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Message>;
    expect(Object.keys(own).filter((key) => key.startsWith('web.'))).toEqual(keys);
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
    for (const key of keys) {
      const message = own[key] ?? '';
      const texts = typeof message === 'string' ? [message] : Object.values(message);
      expect(typeof message, key).toBe(typeof catalogue[key]);
      for (const text of texts) {
        expect(text.trim(), `${language} ${key}`).not.toBe('');
        const [own, english] = [placeholders(text), placeholders(catalogue[key] ?? '')];
        expect(own, `${language} ${key}`).toEqual(english);
      }
      if (typeof message === 'object') expect(Object.keys(message).sort(), key).toEqual(forms);
    }
  }
});

test('the languages on offer are those of the catalogue, and each is loaded when asked for', async () => {
  vi.stubGlobal('document', { documentElement: { lang: 'en' } });
  vi.stubGlobal('navigator', { languages: ['pt-BR', 'ja-JP', 'en'] });
  expect([...offered()].sort()).toEqual([...languages].sort());
  await setLanguage('de');
  expect([language(), document.documentElement.lang, t('web.signIn')]).toEqual([
    'de',
    'de',
    'Anmelden',
  ]);
  await setLanguage(null);
  expect([language(), t('web.runs.word', { count: 12_345 })]).toEqual(['ja', '12,345 件の run']);
  await setLanguage('fr');
  expect(t('web.runs.word', { count: 0 })).toBe('0 run');
  await setLanguage('tlh');
  expect([language(), t('web.signIn')]).toEqual(['en', 'Sign in']);
  vi.unstubAllGlobals();
});

test('plural forms follow the language and numbers are grouped', () => {
  const message = { one: '{count} run', other: '{count} runs' };
  expect(render(message, { count: 1 }, 'en')).toBe('1 run');
  expect(render(message, { count: 12_345 }, 'en')).toBe('12,345 runs');
  expect(render('{a} {missing}', { a: '<b>' }, 'en')).toBe('<b> {missing}');
});
