/** Masks and boxes over an image: their classes, colours and scores, and what of them is shown. */
import { SERIES } from '../design/palette';
import { isFields } from './values';

export interface Box {
  group: string;
  /** Share of the image's width and height. */
  x: number;
  y: number;
  width: number;
  height: number;
  classId: number;
  caption: string;
  scores: Readonly<Record<string, number>>;
}

/** What of the overlays is shown; kept in the panel's config. */
export interface Overlays {
  /** Classes that are off: `group/class id`; a whole group: `group`. */
  hidden: readonly string[];
  /** Of the masks, 0 to 1. */
  opacity: number;
  /** Boxes are shown whose score lies in the range; one without the score is shown. */
  scores: Readonly<Record<string, readonly [number, number]>>;
}

export const plain: Overlays = { hidden: [], opacity: 0.55, scores: {} };

const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** The overlays of a panel's config. */
export function overlaysOf(value: unknown): Overlays {
  if (!isFields(value)) return plain;
  const scores = Object.entries(isFields(value.scores) ? value.scores : {}).flatMap(
    ([name, range]) => {
      const [low, high] = Array.isArray(range) ? range.map(number) : [];
      return typeof low === 'number' && typeof high === 'number'
        ? [[name, [low, high] as const] as const]
        : [];
    },
  );
  return {
    hidden: Array.isArray(value.hidden)
      ? value.hidden.filter((one): one is string => typeof one === 'string')
      : [],
    opacity: Math.min(1, Math.max(0, number(value.opacity) ?? plain.opacity)),
    scores: Object.fromEntries(scores),
  };
}

/** A colour for a class, the same in every image. */
export const classColor = (classId: number): string =>
  `var(--series-${(((Math.trunc(classId) * 7) % SERIES) + SERIES) % SERIES})`;

export const isShown = (overlays: Overlays, group: string, classId: number): boolean =>
  !overlays.hidden.includes(group) && !overlays.hidden.includes(`${group}/${classId}`);

/** On becomes off and the reverse. */
export const toggled = (overlays: Overlays, name: string): Overlays => ({
  ...overlays,
  hidden: overlays.hidden.includes(name)
    ? overlays.hidden.filter((one) => one !== name)
    : [...overlays.hidden, name],
});

/** Whether a box is shown: its class is on and its scores are in range. */
export const boxShown = (overlays: Overlays, box: Box): boolean =>
  isShown(overlays, box.group, box.classId) &&
  Object.entries(overlays.scores).every(([name, [low, high]]) => {
    const score = box.scores[name];
    return score === undefined || (score >= low && score <= high);
  });

/** Names of classes: `{"1": "car"}`. */
export function labelsOf(value: unknown): Map<number, string> {
  const entries = Object.entries(isFields(value) ? value : {});
  return new Map(
    entries.flatMap(([id, name]) =>
      typeof name === 'string' && Number.isInteger(Number(id)) ? [[Number(id), name]] : [],
    ),
  );
}

/** Names of a mask's classes, from what the client put into the run's config. */
export function maskLabels(config: unknown, key: string, group: string): Map<number, string> {
  const own = isFields(config) && isFields(config._wandb) ? config._wandb.value : null;
  const all = isFields(own) ? own['mask/class_labels'] : null;
  const entry = isFields(all) ? all[`${key}_wandb_delimeter_${group}`] : null;
  return labelsOf(isFields(entry) ? entry.value : null);
}

/** The boxes of a file, as shares of an image of this size. */
export function boxesOf(group: string, file: unknown, width: number, height: number): Box[] {
  if (!isFields(file) || !Array.isArray(file.box_data)) return [];
  return file.box_data.flatMap((box: unknown) => {
    if (!isFields(box) || !isFields(box.position)) return [];
    const place = placeOf(box.position, box.domain === 'pixel', width, height);
    if (!place) return [];
    const scores = Object.entries(isFields(box.scores) ? box.scores : {}).flatMap(
      ([name, score]) => {
        const value = number(score);
        return value === null ? [] : [[name, value] as const];
      },
    );
    const caption = typeof box.box_caption === 'string' ? box.box_caption : '';
    const classId = number(box.class_id) ?? 0;
    return [{ group, ...place, classId, caption, scores: Object.fromEntries(scores) }];
  });
}

/** Corners, or a middle and a size; in pixels or as shares. */
function placeOf(
  position: Readonly<Record<string, unknown>>,
  pixels: boolean,
  width: number,
  height: number,
): Pick<Box, 'x' | 'y' | 'width' | 'height'> | null {
  const middle = Array.isArray(position.middle) ? position.middle.map(number) : null;
  const corners = middle
    ? [middle[0], middle[1], number(position.width), number(position.height)]
    : [position.minX, position.minY, position.maxX, position.maxY].map(number);
  if (corners.some((corner) => typeof corner !== 'number')) return null;
  const [a = 0, b = 0, c = 0, d = 0] = corners as number[];
  const [x, y, w, h] = middle ? [a - c / 2, b - d / 2, c, d] : [a, b, c - a, d - b];
  const [wide, high] = pixels ? [width || 1, height || 1] : [1, 1];
  return { x: x / wide, y: y / high, width: w / wide, height: h / high };
}

/** What the scores of these boxes range over, by name. */
export function scoreRanges(boxes: readonly Box[]): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>();
  for (const { scores } of boxes) {
    for (const [name, score] of Object.entries(scores)) {
      const range = found.get(name);
      if (range) found.set(name, [Math.min(range[0], score), Math.max(range[1], score)]);
      else found.set(name, [score, score]);
    }
  }
  return found;
}
