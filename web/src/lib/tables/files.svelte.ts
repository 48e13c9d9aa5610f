/** Addresses of the files that cells name, as they came with the cells. */
import { SvelteMap } from 'svelte/reactivity';
import { blobUrl, MediaPage, type MediaFile } from '../media/page.svelte';
import type { TablePage } from './api';

export class TableFiles extends MediaPage {
  #known = new SvelteMap<string, MediaFile>();

  add(files: TablePage['files']): void {
    const asked = Date.now();
    for (const [source, paths] of Object.entries(files)) {
      for (const [path, { url, size }] of Object.entries(paths)) {
        this.#known.set(`${source}\n${path}`, { url: blobUrl(url), size, asked });
      }
    }
  }

  override file(source: string, path: string): MediaFile | null {
    return this.#known.get(`${source}\n${path}`) ?? null;
  }

  override ahead(): void {
    // They came with the cells.
  }

  override config(): unknown {
    return {};
  }
}
