/** Lines put on top of each other: areas whose heights add up, or their shares of the whole. */
import type { Line } from '../../charts/scale';
import { commonGrid, onGrid } from './combine';

export type PlotType = 'line' | 'stacked-area' | 'pct-area';

/** A smoothed line counts as it is drawn. */
const drawn = (line: Line) => ({ ...line.series, mean: line.y });

/** The same lines as areas over one grid. A line counts nothing where it is not; values below zero have no height. */
export function stacked(lines: readonly Line[], type: PlotType): Line[] {
  const own = lines.filter((line) => !line.member);
  const grid = commonGrid(own.map((line) => line.series));
  const heights = own.map((line) =>
    onGrid(drawn(line), grid).map((value) => (value > 0 && Number.isFinite(value) ? value : 0)),
  );
  const sums = grid.map((_, i) => heights.reduce((sum, height) => sum + (height[i] ?? 0), 0));
  const share = (value: number, i: number) =>
    type === 'pct-area' ? ((sums[i] ?? 0) > 0 ? (100 * value) / (sums[i] ?? 1) : 0) : value;
  let floor = new Float64Array(grid.length);
  return own.map((line, index) => {
    const values = (heights[index] ?? new Float64Array(grid.length)).map(share);
    const top = values.map((value, i) => value + (floor[i] ?? 0));
    const series = { ...line.series, exact: false, x: grid, mean: top, min: floor, max: top };
    floor = top;
    return { ...line, series, y: top, original: false, area: { values } };
  });
}
