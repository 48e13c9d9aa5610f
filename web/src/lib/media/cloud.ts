/** Point clouds as the client writes them (`pts.json`): points, boxes and vectors, as plain arrays of numbers. */
import type { Rgb } from './colors';
import { isFields } from './values';

export interface Cloud {
  /** Three numbers a point. */
  positions: Float32Array;
  /** Three bytes a point. */
  colors: Uint8Array;
  boxes: { corners: number[][]; label: string; color: Rgb }[];
  vectors: { start: number[]; end: number[] }[];
}

const triple = (value: unknown): number[] | null =>
  Array.isArray(value) && value.length >= 3 && value.every((one) => typeof one === 'number')
    ? value
    : null;

/** Reads a cloud: `[[x, y, z]]`, with a class 1 to 14 or a colour after each place, or an object that holds such. */
export function cloudOf(text: string, palette: readonly Rgb[]): Cloud {
  const parsed: unknown = JSON.parse(text);
  const fields = isFields(parsed) ? parsed : { points: parsed };
  const rows = Array.isArray(fields.points) ? fields.points : [];
  const points = rows.map(triple).filter((one) => one !== null);
  const positions = new Float32Array(points.length * 3);
  const colors = new Uint8Array(points.length * 3);
  const color = (index: number): Rgb => palette[index % palette.length] ?? [128, 128, 128];
  points.forEach((point, at) => {
    positions.set(point.slice(0, 3), at * 3);
    const own =
      point.length >= 6
        ? point.slice(3, 6)
        : color(point.length > 3 ? Math.trunc(point[3] ?? 0) : 0);
    colors.set(own, at * 3);
  });
  const list = (value: unknown) => (Array.isArray(value) ? value.filter(isFields) : []);
  return {
    positions,
    colors,
    boxes: list(fields.boxes).flatMap((box) => {
      const corners = (Array.isArray(box.corners) ? box.corners : [])
        .map(triple)
        .filter((one) => one !== null);
      if (corners.length !== 8) return [];
      const [red = 128, green = 128, blue = 128] = triple(box.color) ?? color(1);
      const score = typeof box.score === 'number' ? ` ${String(box.score)}` : '';
      const label = `${typeof box.label === 'string' ? box.label : ''}${score}`.trim();
      return [{ corners, label, color: [red, green, blue] as const }];
    }),
    vectors: list(fields.vectors).flatMap(({ start, end }) => {
      const [from, to] = [triple(start), triple(end)];
      return from && to ? [{ start: from, end: to }] : [];
    }),
  };
}

/** The twelve edges between eight corners in any order: each corner is joined to the three nearest that span the box. */
export function edgesOf(corners: readonly number[][]): [number, number][] {
  const far = (a: number[], b: number[]) =>
    a.reduce((sum, one, at) => sum + (one - (b[at] ?? 0)) ** 2, 0);
  const pairs = corners.flatMap((a, from) =>
    corners.slice(from + 1).map((b, more) => ({ from, to: from + 1 + more, size: far(a, b) })),
  );
  // An edge is a pair with no corner inside the ball over it: the diagonals of faces and of the box have such corners on it.
  return pairs
    .filter(({ from, to, size }) =>
      corners.every(
        (other, at) =>
          at === from ||
          at === to ||
          far(other, corners[from] ?? []) + far(other, corners[to] ?? []) > size * (1 + 1e-6),
      ),
    )
    .map(({ from, to }) => [from, to]);
}
