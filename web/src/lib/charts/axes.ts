/** The axes and frame of every chart, for the library that draws them. */
import type uPlot from 'uplot';
import { duration, tick } from '../i18n/format';
import type { XAxis } from './view.svelte';

/** Humane steps of a time axis in seconds. */
const TIMES = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
  86400, 172800, 432000, 864000,
];

/** Distances of ticks between steps, which are whole numbers. */
const STEPS = Array.from({ length: 16 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

interface Wish {
  axis: XAxis;
  log: boolean;
  xLog: boolean;
  titles: { x: string; y: string };
}

interface Look {
  text: string;
  grid: string;
}

const FONT = '11px "Inter Variable", system-ui, sans-serif';
/** Measured texts: those of live charts are the same again and again. */
const widths = new Map<string, number>();
const MOST_WIDTHS = 2000;

/** How wide a text of an axis is, in pixels of the page. */
function widthOf(context: CanvasRenderingContext2D, text: string): number {
  const ratio = devicePixelRatio;
  const key = `${ratio} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  context.font = FONT.replace('11px', `${11 * ratio}px`);
  const width = context.measureText(text).width / ratio;
  // A font that is still on its way has other widths.
  if (document.fonts.status !== 'loaded') return width;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  widths.set(key, width);
  return width;
}

/** Options of the two axes; `look` is asked at every drawing, since the theme may change. */
export function axes({ axis, log, xLog, titles }: Wish, look: () => Look): uPlot.Axis[] {
  const shared = { font: FONT, stroke: () => look().text };
  const grid = { stroke: () => look().grid, width: 1 };
  const title = (label: string) =>
    label ? { label, labelSize: 16, labelGap: 0, labelFont: FONT } : {};
  const x: uPlot.Axis = {
    ...shared,
    // Wall time has a second line for the day.
    size: axis === '_timestamp' ? 38 : 26,
    gap: 4,
    // A step is a short number, a time is not.
    space: axis === '_step' ? 48 : 64,
    grid: { show: false },
    ...title(titles.x),
    ticks: { stroke: () => look().grid, size: 4, width: 1 },
  };
  if (axis === '_step') x.incrs = STEPS;
  if (axis === '_runtime') {
    x.incrs = TIMES;
    x.values = (_, splits) => splits.map((value) => duration(value).replace(/ 00\w$/, ''));
  } else if (axis !== '_timestamp') {
    x.values = (_, splits) =>
      splits.map((value) =>
        value === null || (xLog && !isPower(value, splits)) ? '' : tick(value),
      );
  }
  const y: uPlot.Axis = {
    ...shared,
    gap: 4,
    space: 32,
    grid,
    ...title(titles.y),
    ticks: { show: false },
    size: (chart, values) => {
      if (!values?.length) return 24;
      return Math.ceil(Math.max(...values.map((value) => widthOf(chart.ctx, value ?? '')))) + 10;
    },
    values: (_, splits) => {
      const largest = Math.max(...splits.map((value) => Math.abs(value ?? 0)));
      return splits.map((value) => {
        if (value === null || (log && !isPower(value, splits))) return '';
        return tick(value, log ? value : largest);
      });
    },
  };
  return [x, y];
}

/** On a log axis only powers of ten are named, unless there are too few of them. */
function isPower(value: number, splits: (number | null)[]): boolean {
  const powers = splits.filter((one) => one !== null && Number.isInteger(round(Math.log10(one))));
  return powers.length < 2 || Number.isInteger(round(Math.log10(value)));
}

const round = (value: number) => Math.round(value * 1e6) / 1e6;
