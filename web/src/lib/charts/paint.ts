/** Draws the lines of a panel on its canvas: bands, originals behind smoothing, then lines. */
import type uPlot from 'uplot';
import type { Line } from './scale';

const BAND = 0.14;
const ORIGINAL = 0.25;
const FADED = 0.3;

type Map1 = (value: number) => number;

/** Value to canvas pixel, by hand: a call into the chart library a point would be too slow. */
function mapping(min: number, max: number, start: number, size: number, log: boolean): Map1 {
  if (!log) {
    const scale = size / (max - min);
    return (value) => start + (value - min) * scale;
  }
  const low = Math.log10(min);
  const scale = size / (Math.log10(max) - low);
  return (value) => start + (Math.log10(Math.max(value, Number.MIN_VALUE)) - low) * scale;
}

function trace(context: CanvasRenderingContext2D, line: Line, y: Float64Array, px: Map1, py: Map1) {
  const { x } = line.series;
  context.beginPath();
  for (let i = 0; i < x.length; i += 1) context.lineTo(px(x[i] ?? 0), py(y[i] ?? 0));
  context.stroke();
}

function band(context: CanvasRenderingContext2D, { series }: Line, px: Map1, py: Map1) {
  const { x, min, max } = series;
  context.beginPath();
  for (let i = 0; i < x.length; i += 1) context.lineTo(px(x[i] ?? 0), py(max[i] ?? 0));
  for (let i = x.length - 1; i >= 0; i -= 1) context.lineTo(px(x[i] ?? 0), py(min[i] ?? 0));
  context.fill();
}

/** Paints all lines; a pointed one last and in full, the others faded. */
export function paint(
  chart: uPlot,
  lines: readonly Line[],
  colors: ReadonlyMap<string, string>,
  pointed: string | null,
): void {
  const { ctx: context, bbox, scales } = chart;
  const { min: x0 = 0, max: x1 = 1 } = scales.x as { min?: number; max?: number };
  const { min: y0 = 0, max: y1 = 1 } = scales.y as { min?: number; max?: number };
  const log = scales.y?.distr === 3;
  const px = mapping(x0, x1, bbox.left, bbox.width, false);
  const py = mapping(y0, y1, bbox.top + bbox.height, -bbox.height, log);
  const ratio = devicePixelRatio || 1;
  const present = lines.some((line) => line.run === pointed) ? pointed : null;
  const ordered = [...lines].sort((a, b) => Number(a.run === present) - Number(b.run === present));

  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  context.lineJoin = 'round';
  for (const line of ordered) {
    const full = present === null || line.run === present;
    const color = colors.get(line.color) ?? 'gray';
    context.fillStyle = color;
    context.strokeStyle = color;
    context.lineWidth = (line.width ?? 1.5) * (line.run === present ? 1.6 : 1) * ratio;
    context.setLineDash((line.dash ?? []).map((length) => length * ratio));
    if (!line.series.exact && full) {
      context.globalAlpha = BAND;
      band(context, line, px, py);
    }
    if (line.y !== line.series.mean) {
      context.globalAlpha = full ? ORIGINAL : ORIGINAL * FADED;
      trace(context, line, line.series.mean, px, py);
    }
    context.globalAlpha = full ? 1 : FADED;
    trace(context, line, line.y, px, py);
    if (line.series.x.length === 1) {
      context.beginPath();
      context.arc(px(line.series.x[0] ?? 0), py(line.y[0] ?? 0), 3 * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.restore();
}
