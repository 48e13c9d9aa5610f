/** Logged media by the names that the client gives their files: `media/images/KEY_STEP_HASH.png`. */
import type { RunFile } from '../../run/files';
import type { Metric } from '../../charts/sections';

export type Kind = 'image' | 'audio' | 'video' | 'table' | 'other';

export interface Item {
  run: string;
  key: string;
  step: number;
  /** Place in the list that was logged under this key at this step. */
  index: number;
  kind: Kind;
  file: RunFile;
}

const NAME = /^media\/[^/]+\/(.+)_(\d+)_[0-9a-f]{8,}((?:\.\w+)+)$/;

export function kindOf(name: string): Kind {
  if (/\.(png|jpe?g|gif|webp|bmp)$/i.test(name)) return 'image';
  if (/\.(wav|mp3|ogg|flac|m4a)$/i.test(name)) return 'audio';
  if (/\.(mp4|webm|ogv)$/i.test(name)) return 'video';
  return /\.table\.json$/i.test(name) ? 'table' : 'other';
}

/** The files of a run that are media of a key, by step, then in the order of their names. */
export function itemsOf(run: string, key: string, files: readonly RunFile[]): Item[] {
  const found = files
    .flatMap((file) => {
      const [, own, step] = NAME.exec(file.name) ?? [];
      return own === key ? [{ step: Number(step), file }] : [];
    })
    .sort((a, b) => a.step - b.step || a.file.name.localeCompare(b.file.name));
  let [last, index] = [-1, 0];
  return found.map(({ step, file }) => {
    index = step === last ? index + 1 : 0;
    last = step;
    return { run, key, step, index, kind: kindOf(file.name), file };
  });
}

/** The names of a key's files as a SQL pattern. */
export const patternOf = (key: string): string => `media/%/${key.replace(/[\\%_]/g, '\\$&')}\\_%`;

/** All steps at which something was logged, ascending. */
export const stepsOf = (items: readonly Item[]): number[] =>
  [...new Set(items.map((item) => item.step))].sort((a, b) => a - b);

/** What a run shows at a step: the last that it logged until then, else its first. */
export function atStep(items: readonly Item[], step: number): Item[] {
  const steps = stepsOf(items);
  const shown = steps.filter((one) => one <= step).at(-1) ?? steps[0];
  return items.filter((item) => item.step === shown);
}

/** Keys under which media were logged. */
export const mediaKeys = (metrics: readonly Metric[]): string[] =>
  metrics.filter(({ type }) => /-file$|^images\/|^audio|^videos/.test(type)).map(({ key }) => key);
