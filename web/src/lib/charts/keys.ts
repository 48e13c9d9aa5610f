/** A plot by keyboard: reading it point by point, zooming where one reads, moving the picture. */
import type { Range } from './scale';
import { firstFrom } from './smooth';

/** What the keys act on. */
export interface Seat {
  /** Where one reads; null before the first key. */
  x: number | null;
  /** What is in view, and all there is: of what is out of view the points may not be known. */
  range: Range;
  full: Range;
  log: boolean;
  /** The places of the points, line by line, ascending. */
  points: readonly Float64Array[];
}

/** What a key changes: the place that is read, what is in view; null is all. */
export interface Move {
  x?: number;
  range?: Range | null;
}

const ZOOM = 0.8;
const PART = 0.1;

/** The nearest point after a place, or before it; null where there is none. */
function neighbour(points: readonly Float64Array[], x: number, way: 1 | -1): number | null {
  let best: number | null = null;
  for (const own of points) {
    let index = firstFrom(own, x);
    if (way < 0) index -= 1;
    else if (own[index] === x) index += 1;
    // The same place may be there more than once.
    while (own[index] === x) index += way;
    const found = own[index];
    if (found !== undefined && (best === null || (found - best) * way < 0)) best = found;
  }
  return best;
}

/** The first place to read: the first point in view, or the last. */
function begin(points: readonly Float64Array[], [min, max]: Range, way: 1 | -1): number | null {
  const end = way > 0 ? min : max;
  const there = points.some((own) => own[firstFrom(own, end)] === end);
  return there ? end : neighbour(points, end, way);
}

/** A logarithmic axis moves by its logarithms. */
const flat = ([min, max]: Range, log: boolean): Range =>
  log ? [Math.log10(min), Math.log10(max)] : [min, max];
const round = ([min, max]: Range, log: boolean): Range =>
  log ? [10 ** min, 10 ** max] : [min, max];

function moved(seat: Seat, parts: number): Range {
  const [min, max] = flat(seat.range, seat.log);
  const by = (max - min) * parts;
  return round([min + by, max + by], seat.log);
}

function zoomed(seat: Seat, factor: number): Range {
  const [min, max] = flat(seat.range, seat.log);
  const place = seat.x === null ? NaN : seat.log ? Math.log10(seat.x) : seat.x;
  const at = place >= min && place <= max ? place : (min + max) / 2;
  return round([at - (at - min) * factor, at + (max - at) * factor], seat.log);
}

/** The place, and the range that has it in view. */
function read(seat: Seat, x: number | null): Move {
  if (x === null) return {};
  const [min, max] = seat.range;
  if (x >= min && x <= max) return { x };
  const [from, to] = flat(seat.range, seat.log);
  const at = seat.log ? Math.log10(x) : x;
  const by = at < from ? at - from : at - to;
  return { x, range: round([from + by, to + by], seat.log) };
}

/** A place further on that is out of view, where there is more. */
function further({ x, range, full, log }: Seat, way: 1 | -1): number | null {
  const end = full[way > 0 ? 1 : 0];
  if (x === null || (end - x) * way <= 0) return null;
  const [min, max] = flat(range, log);
  const at = (log ? Math.log10(x) : x) + way * PART * (max - min);
  const to = log ? 10 ** at : at;
  return way > 0 ? Math.min(to, end) : Math.max(to, end);
}

/** What a key does; null for one that does nothing here. */
export function keyed(key: string, shift: boolean, seat: Seat): Move | null {
  const { points, range } = seat;
  const way = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1 }[key] as 1 | -1 | undefined;
  if (way && shift) return { range: moved(seat, way * PART) };
  if (way && seat.x === null) return read(seat, begin(points, range, way));
  if (way && key.startsWith('Arrow'))
    return read(seat, neighbour(points, seat.x ?? 0, way) ?? further(seat, way));
  if (way) {
    const [min, max] = flat(range, seat.log);
    const from = seat.log ? Math.log10(seat.x ?? 1) : (seat.x ?? 0);
    const to = from + way * PART * (max - min);
    const x = seat.log ? 10 ** to : to;
    return read(
      seat,
      neighbour(points, x, way) ?? further(seat, way) ?? seat.full[way > 0 ? 1 : 0],
    );
  }
  if (key === 'Home') return read(seat, seat.full[0]);
  if (key === 'End') return read(seat, seat.full[1]);
  if (key === '+' || key === '=') return { range: zoomed(seat, ZOOM) };
  if (key === '-') return { range: zoomed(seat, 1 / ZOOM) };
  return key === '0' ? { range: null } : null;
}
