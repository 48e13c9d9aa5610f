/** Draws the lines of a panel on its canvas: bands, originals behind smoothing, then lines. Nothing is made per line. */
import type uPlot from 'uplot';
import type { Line } from './scale';
import { firstFrom } from './smooth';
import { spikes } from './spikes';

const BAND = 0.14;
const AREA = 0.5;
const ORIGINAL = 0.25;
const FADED = 0.3;
/** With more lines than this only a pointed one has its band. */
const MOST_BANDS = 60;
/** With more lines than this, or with fewer pixels of height for each, they are hairs: those stay apart, and are drawn
 *  several times as fast as strokes. */
const MANY = 60;
const ROOM = 12;
/** Most points drawn while the picture moves. */
const MOVING = 24_000;

/** Value to canvas pixel: `pixel = scale * value + offset`, of the logarithm on a log axis. */
interface Axis {
  scale: number;
  offset: number;
  log: boolean;
}

function axis(min: number, max: number, start: number, size: number, log: boolean): Axis {
  const [low, high] = log ? [Math.log10(min), Math.log10(max)] : [min, max];
  const scale = size / (high - low);
  return { scale, offset: start - low * scale, log };
}

const place = ({ scale, offset, log }: Axis, value: number): number =>
  (log ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value) * scale + offset;

interface View {
  context: CanvasRenderingContext2D;
  px: Axis;
  py: Axis;
  /** The visible part of x. */
  min: number;
  max: number;
  /** The ends of the plot. */
  top: number;
  bottom: number;
  /** Every how many points one is drawn. */
  stride: number;
  /** How wide a line is that nobody has chosen a width for. */
  width: number;
}

/** Adds points `first..=last` to the path; those that share a pixel column become its lowest and highest. */
function path(
  { context, px, py, stride }: View,
  x: Float64Array,
  y: Float64Array,
  first: number,
  last: number,
) {
  let column = NaN;
  let low = 0;
  let high = 0;
  let end = 0;
  for (let i = first; i <= last; i += i + stride > last && i < last ? last - i : stride) {
    const at = place(px, x[i] ?? 0);
    const value = place(py, y[i] ?? 0);
    const own = Math.round(at);
    if (own === column) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      end = value;
      continue;
    }
    if (low !== high) {
      context.lineTo(column, low);
      context.lineTo(column, high);
      context.lineTo(column, end);
    }
    context.lineTo(at, value);
    column = own;
    low = value;
    high = value;
    end = value;
  }
  if (low !== high) {
    context.lineTo(column, low);
    context.lineTo(column, high);
  }
}

function trace(view: View, x: Float64Array, y: Float64Array): void {
  const { context } = view;
  const first = Math.max(0, firstFrom(x, view.min) - 1);
  const last = Math.min(x.length - 1, firstFrom(x, view.max));
  context.beginPath();
  path(view, x, y, first, last);
  context.stroke();
}

function dots({ context, px, py }: View, x: Float64Array, y: Float64Array, size: number): void {
  context.beginPath();
  for (let i = 0; i < x.length; i += 1) {
    const [left, top] = [place(px, x[i] ?? 0), place(py, y[i] ?? 0)];
    context.moveTo(left + size, top);
    context.arc(left, top, size, 0, 2 * Math.PI);
  }
  context.fill();
}

function band(view: View, { series: { x, min, max } }: Line): void {
  const { context, px, py } = view;
  const first = Math.max(0, firstFrom(x, view.min) - 1);
  const last = Math.min(x.length - 1, firstFrom(x, view.max));
  context.beginPath();
  for (let i = first; i <= last; i += 1)
    context.lineTo(place(px, x[i] ?? 0), place(py, max[i] ?? 0));
  for (let i = last; i >= first; i -= 1)
    context.lineTo(place(px, x[i] ?? 0), place(py, min[i] ?? 0));
  context.fill();
}

/** From the lowest to the highest of those points where single values stick out. */
function stickOut({ context, px, py, min, max }: View, series: Line['series']): void {
  context.beginPath();
  for (const i of spikes(series)) {
    const x = series.x[i] ?? NaN;
    if (x < min || x > max) continue;
    const at = place(px, x);
    context.moveTo(at, place(py, series.min[i] ?? 0));
    context.lineTo(at, place(py, series.max[i] ?? 0));
  }
  context.stroke();
}

/** Where a line had no number: a cross on the ground for NaN, arrows to above and to below for the infinities.
 *  Marks that would lie on each other are one. */
function unusual({ context, px, min, max, top, bottom }: View, { series }: Line, size: number) {
  const [high, low] = [top + size + 1, bottom - size - 1];
  const last = new Map<number, number>();
  context.beginPath();
  for (const [x, value] of series.unusual ?? []) {
    if (x < min || x > max) continue;
    const left = place(px, x);
    if (left - (last.get(value) ?? -Infinity) < 2 * size) continue;
    last.set(value, left);
    if (Number.isNaN(value)) {
      context.moveTo(left - size, low - size);
      context.lineTo(left + size, low + size);
      context.moveTo(left - size, low + size);
      context.lineTo(left + size, low - size);
      continue;
    }
    const [y, up] = value > 0 ? [high, -size] : [low, size];
    context.moveTo(left - size, y - up);
    context.lineTo(left, y + up);
    context.lineTo(left + size, y - up);
  }
  context.stroke();
}

export interface Look {
  colors: ReadonlyMap<string, string>;
  /** The run that stands out; the others are faded. */
  pointed: string | null;
  /** Drawn coarsely, because the next picture comes at once. */
  moving: boolean;
}

/** How many points the lines have between two x. */
function visible(lines: readonly Line[], min: number, max: number): number {
  let sum = 0;
  for (const { series } of lines) sum += firstFrom(series.x, max) - firstFrom(series.x, min) + 2;
  return sum;
}

/** Paints all lines, a pointed one last and in full. True when the picture is coarse and should be drawn again at rest. */
export function paint(chart: uPlot, lines: readonly Line[], look: Look): boolean {
  const { ctx: context, bbox, scales } = chart;
  const [min, max] = [scales.x?.min ?? 0, scales.x?.max ?? 1];
  const [low, high] = [scales.y?.min ?? 0, scales.y?.max ?? 1];
  const stride = look.moving ? Math.ceil(visible(lines, min, max) / MOVING) : 1;
  const crowded = lines.length > Math.min(MANY, bbox.height / (devicePixelRatio || 1) / ROOM);
  const view: View = {
    context,
    width: crowded ? 1 : 1.5,
    px: axis(min, max, bbox.left, bbox.width, scales.x?.distr === 3),
    py: axis(low, high, bbox.top + bbox.height, -bbox.height, scales.y?.distr === 3),
    ...{ min, max, stride, top: bbox.top, bottom: bbox.top + bbox.height },
  };
  const present = lines.some((line) => line.run === look.pointed) ? look.pointed : null;
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  // Round joints take several times as long, and nobody sees them at this width.
  context.lineJoin = 'bevel';
  for (const line of lines) if (line.run !== present) one(view, line, look, present, lines.length);
  if (present !== null)
    for (const line of lines)
      if (line.run === present) one(view, line, look, present, lines.length);
  context.restore();
  return stride > 1;
}

function one(view: View, line: Line, look: Look, present: string | null, amount: number): void {
  const { context } = view;
  const ratio = devicePixelRatio || 1;
  const own = line.run === present;
  const full = present === null || own;
  const strength = (full ? 1 : FADED) * (line.alpha ?? 1);
  const color = look.colors.get(line.color) ?? 'gray';
  const width = (line.width ?? view.width) * (own ? 1.6 : 1) * ratio;
  context.fillStyle = color;
  context.strokeStyle = color;
  if (line.area || (!line.series.exact && full && (own || amount <= MOST_BANDS))) {
    context.globalAlpha = (line.area ? AREA * strength : BAND) * (line.alpha ?? 1);
    band(view, line);
  }
  if (line.points) {
    context.globalAlpha = strength;
    dots(view, line.series.x, line.y, 2 * ratio);
    return;
  }
  context.lineWidth = width;
  if (line.original && line.y !== line.series.mean && (own || amount <= MOST_BANDS)) {
    context.globalAlpha = ORIGINAL * strength;
    trace(view, line.series.x, line.series.mean);
  }
  context.globalAlpha = strength;
  const dashed = line.dash && line.dash.length > 0;
  if (dashed) context.setLineDash(line.dash?.map((length) => length * ratio) ?? []);
  trace(view, line.series.x, line.y);
  if (dashed) context.setLineDash([]);
  // The band of a group is what somebody chose it to be.
  if (line.count === undefined && !line.area) {
    if (line.y !== line.series.mean) context.globalAlpha = ORIGINAL * strength;
    stickOut(view, line.series);
    context.globalAlpha = strength;
  }
  if (line.series.x.length === 1) dots(view, line.series.x, line.y, 3 * ratio);
  if (line.series.unusual && (own || amount <= MOST_BANDS)) {
    context.lineWidth = 1.5 * ratio;
    unusual(view, line, 3.5 * ratio);
  }
}
