/** What the client logs for media, read off the values of a run's history: objects with a `_type`. */

export type Kind =
  | 'image'
  | 'audio'
  | 'video'
  | 'html'
  | 'scene'
  | 'molecule'
  | 'plotly'
  | 'bokeh'
  | 'table'
  | 'histogram'
  | 'text'
  | 'other';

export interface Histogram {
  /** Counts, one less than there are edges. */
  values: number[];
  edges: number[];
}

/** One logged thing. */
export interface Item {
  run: string;
  key: string;
  step: number;
  /** Place in the list that was logged under this key at this step. */
  index: number;
  kind: Kind;
  /** Name of the run's file; empty where the value is all there is. */
  path: string;
  caption: string;
  width: number | null;
  height: number | null;
  /** Files of the masks and boxes by the name of their group. */
  masks: Readonly<Record<string, string>>;
  boxes: Readonly<Record<string, string>>;
  histogram: Histogram | null;
  text: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Place = Pick<Item, 'run' | 'key' | 'step'>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const kinds: Readonly<Record<string, Kind>> = {
  'image-file': 'image',
  'audio-file': 'audio',
  'video-file': 'video',
  'html-file': 'html',
  'object3D-file': 'scene',
  'molecule-file': 'molecule',
  'plotly-file': 'plotly',
  'bokeh-file': 'bokeh',
  'table-file': 'table',
  histogram: 'histogram',
  string: 'text',
};
/** Lists, and where their members are. */
const lists: Readonly<Record<string, [Kind, string]>> = {
  'images/separated': ['image', 'images'],
  audio: ['audio', 'audio'],
  videos: ['video', 'videos'],
  html: ['html', 'html'],
  object3D: ['scene', 'objects'],
  molecule: ['molecule', 'objects'],
};
const folders: Readonly<Partial<Record<Kind, string>>> = {
  image: 'media/images',
  audio: 'media/audio',
  video: 'media/videos',
  scene: 'media/object3D',
  molecule: 'media/molecule',
};

/** What a key of this type is shown as; null when it is no medium. */
export const kindOfType = (type: string): Kind | null =>
  kinds[type] ?? lists[type]?.[0] ?? (/-file$/.test(type) ? 'other' : null);

/** Files of masks or boxes by group. */
function groups(value: unknown): Record<string, string> {
  const found = Object.entries(isFields(value) ? value : {}).flatMap(([name, file]) => {
    const path = isFields(file) ? textOf(file.path) : '';
    return path ? [[name, path] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Counts and edges; the client also packs edges of equal distance. */
export function histogramOf(value: Fields): Histogram | null {
  const values = listOf(value.values).map((one) => numberOf(one) ?? 0);
  const packed = isFields(value.packedBins) ? value.packedBins : null;
  const [start, size] = [numberOf(packed?.min), numberOf(packed?.size)];
  const edges =
    start !== null && size !== null
      ? Array.from({ length: values.length + 1 }, (_, at) => start + at * size)
      : listOf(value.bins).map(numberOf);
  if (values.length === 0 || edges.length !== values.length + 1) return null;
  return edges.every((edge) => edge !== null) ? { values, edges: edges as number[] } : null;
}

function item(place: Place, index: number, kind: Kind, value: Fields): Item {
  return {
    ...place,
    ...{ index, kind, path: textOf(value.path), caption: textOf(value.caption) },
    ...{ width: numberOf(value.width), height: numberOf(value.height) },
    ...{ masks: groups(value.masks), boxes: groups(value.boxes) },
    ...{ histogram: kind === 'histogram' ? histogramOf(value) : null, text: '' },
  };
}

/** A member's file: named, or by the names that old clients gave. */
function memberPath(value: Fields, at: number, kind: Kind, place: Place): string {
  const named = textOf(listOf(value.filenames)[at]);
  if (named) return named.startsWith('media/') ? named : `${folders[kind] ?? 'media'}/${named}`;
  const format = textOf(value.format) || (kind === 'image' ? 'png' : '');
  return format ? `${folders[kind] ?? 'media'}/${place.key}_${place.step}_${at}.${format}` : '';
}

function members(place: Place, kind: Kind, field: string, value: Fields): Item[] {
  const own = listOf(value[field]);
  const names = listOf(value.filenames);
  const captions = listOf(value.captions);
  const most = Math.max(own.length, names.length, numberOf(value.count) ?? 0);
  return Array.from({ length: Math.min(most, 10_000) }, (_, at) => {
    const member = own[at];
    const fields: Fields = isFields(member)
      ? member
      : {
          path: memberPath(value, at, kind, place),
          ...{ width: value.width, height: value.height },
          ...{ masks: listOf(value.all_masks)[at], boxes: listOf(value.all_boxes)[at] },
        };
    const caption = textOf(fields.caption) || textOf(captions[at]);
    return item(place, at, kind, { ...fields, caption });
  });
}

/** The things that one value of history holds, in order. */
export function itemsOf(run: string, key: string, step: number, value: unknown): Item[] {
  const place = { run, key, step };
  if (typeof value === 'string') return [{ ...item(place, 0, 'text', {}), text: value }];
  if (!isFields(value)) return [];
  const type = textOf(value._type);
  const list = lists[type];
  if (list) return members(place, ...list, value);
  const kind = kindOfType(type);
  return kind ? [item(place, 0, kind, value)] : [];
}

/** The files that an item needs to be shown. */
export const pathsOf = (one: Item): string[] =>
  [one.path, ...Object.values(one.masks), ...Object.values(one.boxes)].filter(Boolean);
