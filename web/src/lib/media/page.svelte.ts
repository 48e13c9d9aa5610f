/** What the media panels of a page share: the step they show and the addresses of files. */
import { SvelteMap } from 'svelte/reactivity';
import { MediaConfigsDocument, MediaFilesDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { at } from '../api/http';
import { byProject, homeOf } from '../runs/home';

/** Names in one question. */
const BATCH = 300;
/** Signed addresses are good for a day; they are asked for anew well before. */
const GOOD = 12 * 3600 * 1000;

export interface MediaFile {
  url: string;
  size: number;
  asked: number;
}

/** Our own signed addresses work under whatever name this page was opened. */
export function blobUrl(address: string): string {
  const path = /\/blob\/.*$/.exec(address)?.[0];
  return path ? at(`.${path}`) : address;
}

export class MediaPage {
  /** The step that panels show which follow each other. */
  step = $state<number>();
  /** By run and path; null: the run has no such file, or not yet. */
  #files = new SvelteMap<string, MediaFile | null>();
  #configs = new SvelteMap<string, unknown>();
  #wanted = new Map<string, Set<string>>();
  #asked = new Set<string>();
  #askedConfigs = new Set<string>();
  #waiting = false;

  constructor(
    readonly entity: string,
    readonly project: string,
  ) {}

  /** Where a run's file is; undefined while that is asked, null when there is none. */
  file(run: string, path: string): MediaFile | null | undefined {
    if (!path) return null;
    const name = `${run}\n${path}`;
    const known = this.#files.get(name);
    const old = known && Date.now() - known.asked > GOOD;
    if ((known === undefined || old) && !this.#asked.has(name)) this.#want(run, path);
    return known;
  }

  /** Asks for a file that will be needed soon. */
  ahead(run: string, paths: readonly string[]): void {
    for (const path of paths) {
      const name = `${run}\n${path}`;
      if (!this.#files.has(name) && !this.#asked.has(name)) this.#want(run, path);
    }
  }

  /** Runs have new files: what was missing may be there. */
  changed(runs: readonly string[]): void {
    for (const [name, file] of this.#files) {
      if (file === null && runs.includes(name.slice(0, name.indexOf('\n')))) {
        this.#files.delete(name);
      }
    }
  }

  /** A run's config, which names the classes of masks; undefined while it is asked. */
  config(run: string): unknown {
    if (!this.#askedConfigs.has(run)) {
      this.#askedConfigs.add(run);
      void this.#askConfig(run);
    }
    return this.#configs.get(run);
  }

  #want(run: string, path: string): void {
    this.#asked.add(`${run}\n${path}`);
    const paths = this.#wanted.get(run) ?? new Set();
    this.#wanted.set(run, paths.add(path));
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      const wanted = this.#wanted;
      this.#wanted = new Map();
      void this.#ask(wanted);
    });
  }

  async #ask(wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    const runs = [...wanted.keys()];
    const all = [...new Set([...wanted.values()].flatMap((paths) => [...paths]))];
    for (let from = 0; from < all.length; from += BATCH) {
      const names = all.slice(from, from + BATCH);
      const found = await this.#find(runs, names).catch(() => undefined);
      for (const [run, paths] of wanted) {
        for (const path of names.filter((one) => paths.has(one))) {
          const name = `${run}\n${path}`;
          this.#asked.delete(name);
          // A question that failed is asked again when its answer is next wanted.
          if (found) this.#files.set(name, found.get(name) ?? null);
        }
      }
    }
  }

  async #find(wanted: string[], names: string[]): Promise<Map<string, MediaFile>> {
    const asked = Date.now();
    const found = new Map<string, MediaFile>();
    const all = byProject(this, wanted).map(async ({ place, runs, key }) => {
      const { entity, project } = place;
      const filters = JSON.stringify({ name: { $in: runs } });
      const question = { entity, project, filters, first: runs.length, names, most: names.length };
      const answer = await gql(MediaFilesDocument, question);
      for (const { node } of answer.project?.runs?.edges ?? []) {
        for (const { node: file } of node.files?.edges ?? []) {
          if (!file) continue;
          const url = blobUrl(file.directUrl);
          found.set(`${key(node.name)}\n${file.name}`, { url, size: file.sizeBytes, asked });
        }
      }
    });
    await Promise.all(all);
    return found;
  }

  async #askConfig(name: string): Promise<void> {
    const { entity, project, run } = homeOf(this, name);
    const filters = JSON.stringify({ name: run });
    try {
      const question = { entity, project, filters, first: 1 };
      const answer = await gql(MediaConfigsDocument, question);
      const text = answer.project?.runs?.edges[0]?.node.config;
      this.#configs.set(name, text ? (JSON.parse(text) as unknown) : {});
    } catch {
      this.#askedConfigs.delete(name);
    }
  }
}

const pages = new WeakMap<object, MediaPage>();

/** The page that panels with this source of data are on. */
export function mediaPage(source: { entity: string; project: string }): MediaPage {
  const known = pages.get(source);
  if (known) return known;
  const made = new MediaPage(source.entity, source.project);
  pages.set(source, made);
  return made;
}
