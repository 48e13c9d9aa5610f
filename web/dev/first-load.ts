/** What a project's page loads at first: the page says it at once, and the build fails when it is too large. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';

/** Bytes of script, compressed as the server does. */
const MOST = 250 * 1024;
/** What is loaded at once: the first script, the app, the page of a project with its line plots, and one language. */
const ENTRY = /\/index\.html$/;
const PAGES = [/\/src\/start\.ts$/, /\/pages\/Project\.svelte$/];
/** What the first script is made of, and all else of them, is one file each: a request of a first visit costs more than its bytes. */
const FILES = [
  { name: 'early', roots: ['main.ts'] },
  { name: 'app', roots: ['start.ts', 'pages/Project.svelte'] },
];
const LANGUAGE = /\/locales\/\w+\.json$/;

interface Modules {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/** Modules and all that they import at once. */
function reach(roots: readonly string[], modules: Modules): ReadonlySet<string> {
  const all = new Set(
    roots.map((root) => fileURLToPath(new URL(`../src/${root}`, import.meta.url))),
  );
  for (const id of all)
    for (const other of modules.getModuleInfo(id)?.importedIds ?? []) all.add(other);
  return all;
}

/** The files of the first load, for the bundler; what several reach is in the first of them. */
export const groups = FILES.map(({ name, roots }, at) => {
  let reached: ReadonlySet<string> | undefined;
  return {
    name: (id: string, modules: Modules) =>
      (reached ??= reach(roots, modules)).has(id) ? name : null,
    priority: FILES.length - at,
  };
});

type Bundle = Rolldown.OutputBundle;

const named = (bundle: Bundle, id: RegExp): string[] =>
  Object.values(bundle).flatMap((one) =>
    one.type === 'chunk' && id.test(one.facadeModuleId ?? '') ? [one.fileName] : [],
  );

/** The files that the pages are in. */
const pages = (bundle: Bundle): string[] =>
  PAGES.map((id) => {
    const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
    const found = chunks.find((one) => one.moduleIds.some((module) => id.test(module)));
    if (!found) throw new Error(`${id} is in no file`);
    return found.fileName;
  });

/** Chunks and all that they import. */
function withImports(bundle: Bundle, names: readonly string[]): Set<string> {
  const all = new Set(names);
  for (const name of all) {
    const chunk = bundle[name];
    if (chunk?.type === 'chunk') for (const other of chunk.imports) all.add(other);
  }
  return all;
}

/** The files of the project's page, and who is signed in, are asked for while the app itself is still being read. */
function early(bundle: Bundle): HtmlTagDescriptor[] {
  const entry = withImports(bundle, named(bundle, ENTRY));
  const page = [...withImports(bundle, pages(bundle))].filter((name) => !entry.has(name));
  const styles = page.flatMap((name) => {
    const chunk = bundle[name];
    return chunk?.type === 'chunk' ? [...(chunk.viteMetadata?.importedCss ?? [])] : [];
  });
  const link = (attrs: Record<string, string>): HtmlTagDescriptor => ({
    tag: 'link',
    attrs: { ...attrs, crossorigin: '' },
    injectTo: 'head',
  });
  return [
    link({ rel: 'preload', as: 'fetch', href: './api/session' }),
    ...page.map((name) => link({ rel: 'modulepreload', href: `./${name}` })),
    ...[...new Set(styles)].map((name) => link({ rel: 'stylesheet', href: `./${name}` })),
  ];
}

export function firstLoad(): Plugin {
  return {
    name: 'first-load',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => (bundle ? early(bundle) : []),
    },
    generateBundle(_options, bundle) {
      const [entry, page] = [named(bundle, ENTRY), pages(bundle)];
      if (entry.length === 0) throw new Error('the first script is missing');
      const size = (name: string) => {
        const chunk = bundle[name];
        return chunk?.type === 'chunk' ? gzipSync(chunk.code).length : 0;
      };
      const language = Math.max(0, ...named(bundle, LANGUAGE).map(size));
      const wanted = withImports(bundle, [...entry, ...page]);
      const total = [...wanted].reduce((sum, name) => sum + size(name), language);
      const text = `first load: ${Math.round(total / 1024)} KB of ${MOST / 1024} KB`;
      if (total > MOST) this.error(text);
      this.info(text);
    },
  };
}
