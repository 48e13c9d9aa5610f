/** The build fails when what a project's page loads at first is too large. */
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Bytes of script, compressed as the server does. */
const MOST = 250 * 1024;
/** What is loaded at once: the app, the page of a project with its line plots, and one language. */
const FIRST = [/\/index\.html$/, /\/pages\/Project\.svelte$/];
const LANGUAGE = /\/locales\/\w+\.json$/;

export function budget(): Plugin {
  return {
    name: 'budget',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
      const from = (id: RegExp) =>
        chunks.filter((chunk) => id.test(chunk.facadeModuleId ?? '')).map((one) => one.fileName);
      const found = FIRST.map(from);
      if (found.some((names) => names.length === 0))
        throw new Error('a page of the first load is missing');
      const wanted = new Set(found.flat());
      for (const name of wanted) {
        const chunk = bundle[name];
        if (chunk?.type === 'chunk') for (const other of chunk.imports) wanted.add(other);
      }
      const size = (name: string) => {
        const chunk = bundle[name];
        return chunk?.type === 'chunk' ? gzipSync(chunk.code).length : 0;
      };
      const language = Math.max(0, ...from(LANGUAGE).map(size));
      const total = [...wanted].reduce((sum, name) => sum + size(name), language);
      const text = `first load: ${Math.round(total / 1024)} KB of ${MOST / 1024} KB`;
      if (total > MOST) this.error(text);
      this.info(text);
    },
  };
}
