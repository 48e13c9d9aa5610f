/** Masks: pictures whose grey values are class ids. */
import type { Rgb } from './colors';

export interface Mask {
  width: number;
  height: number;
  ids: Uint8Array;
}

/** Reads a mask's class ids. */
export async function loadMask(url: string): Promise<Mask> {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const { naturalWidth: width, naturalHeight: height } = picture;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return { width: 0, height: 0, ids: new Uint8Array() };
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return {
    width,
    height,
    ids: Uint8Array.from({ length: width * height }, (_, at) => data[at * 4] ?? 0),
  };
}

/** The classes that a mask holds, ascending. */
export function classesOf(mask: Mask): number[] {
  const seen = new Uint8Array(256);
  for (const id of mask.ids) seen[id] = 1;
  return [...seen.keys()].filter((id) => seen[id]);
}

/** Paints a mask as coloured pixels over what is there; null as a colour leaves a class out. */
export function paintMask(
  pixels: Uint8ClampedArray,
  mask: Mask,
  color: (classId: number) => Rgb | null,
  opacity: number,
): void {
  const colors = Array.from({ length: 256 }, (_, id) => color(id));
  mask.ids.forEach((id, at) => {
    const rgb = colors[id];
    if (!rgb) return;
    pixels.set([...rgb, Math.round(255 * opacity)], at * 4);
  });
}
