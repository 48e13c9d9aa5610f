/** The series client: binary columns of a chart, seen in place as Float64Array. */
import { post, send } from './http';
import { partsOf } from './parts';

export type Stream = 'history' | 'system';

export interface SeriesRequest {
  runs: string[];
  keys: string[];
  x: string;
  stream: Stream;
  buckets: number;
  from: number | null;
  to: number | null;
}

/** One key of one run: columns of equal length. */
export interface Series {
  run: string;
  key: string;
  /** Every row is its own point, so min and max equal the mean. */
  exact: boolean;
  nan: number;
  inf: number;
  /** Where values were NaN or infinite, as far as the server says: x and the value. */
  unusual?: readonly Odd[];
  x: Float64Array;
  mean: Float64Array;
  min: Float64Array;
  max: Float64Array;
}

/** Where a value was NaN or infinite. */
export type Odd = readonly [x: number, value: number];

/** A value as it is written down: 0 for NaN, 1 and -1 for the infinities. */
export const oddOf = ([x, kind]: readonly [x: number, kind: number]): Odd => [
  x,
  kind === 0 ? NaN : kind * Infinity,
];

/** Something to draw: points, or marks of values that are none. */
export const isDrawn = ({ x, unusual }: Series): boolean =>
  x.length > 0 || Boolean(unusual?.length);

export interface SeriesAnswer {
  series: Series[];
  denied: { run: string; reason: string }[];
}

interface Header {
  series: {
    run: string;
    key: string;
    points: number;
    exact: boolean;
    offset: number;
    nan: number;
    inf: number;
    /** x, and 0 for NaN, 1 and -1 for the infinities. */
    unusual?: [number, number][];
  }[];
  denied: { run: string; reason: string }[];
}

const PREFIX = 12;
/** Longer questions are sent as a body: not every proxy lets longer addresses through. */
const LONGEST = 4000;

interface Placed {
  points: number;
  offset: number;
}

/** The header of an answer, and the columns of its lines as views into `buffer`, not copies. */
function opened<T>(buffer: ArrayBuffer) {
  const view = new DataView(buffer);
  const magic = new TextDecoder().decode(new Uint8Array(buffer, 0, Math.min(4, buffer.byteLength)));
  if (magic !== 'RSER' || view.getUint32(4, true) !== 1) throw new Error('not a series answer');
  const length = view.getUint32(8, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, PREFIX, length));
  const column =
    ({ points, offset }: Placed) =>
    (index: number) =>
      new Float64Array(buffer, PREFIX + length + offset + index * points * 8, points);
  return { header: JSON.parse(text) as T, column };
}

/** Decodes an answer. */
export function decodeSeries(buffer: ArrayBuffer): SeriesAnswer {
  const { header, column: columns } = opened<Header>(buffer);
  const series = header.series.map(({ points, offset, unusual, ...rest }) => {
    const column = columns({ points, offset });
    const found = unusual?.map(oddOf);
    return {
      ...{ ...rest, ...(found?.length ? { unusual: found } : {}) },
      ...{ x: column(0), mean: column(1), min: column(2), max: column(3) },
    };
  });
  return { series, denied: header.denied };
}

/** The series with its points in the order of x: over a metric that goes back and forth rows are not. */
export function ascending(series: Series): Series {
  const { x } = series;
  let sorted = true;
  for (let i = 1; i < x.length && sorted; i += 1) sorted = (x[i - 1] ?? 0) <= (x[i] ?? 0);
  if (sorted) return series;
  const order = Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  const column = (values: Float64Array) => Float64Array.from(order, (i) => values[i] ?? NaN);
  const { mean, min, max } = series;
  return { ...series, x: column(x), mean: column(mean), min: column(min), max: column(max) };
}

/** Asks for many keys of many runs at once; `arrived` is told the lines of the first runs while others are on their way. */
export async function fetchSeries(
  entity: string,
  project: string,
  request: SeriesRequest,
  signal?: AbortSignal,
  arrived?: (series: readonly Series[]) => void,
): Promise<SeriesAnswer> {
  const path = `api/series/${encodeURIComponent(entity)}/${encodeURIComponent(project)}`;
  const question = { ...request, parts: true };
  // The browser keeps the answer to a GET and only asks whether it still holds.
  const query = `${path}?q=${encodeURIComponent(JSON.stringify(question))}`;
  const response =
    query.length > LONGEST
      ? await post(path, question, signal)
      : await send(query, { signal: signal ?? null });
  const all: SeriesAnswer = { series: [], denied: [] };
  if (!response.body) throw new Error('an answer without a body');
  for await (const part of partsOf(response.body)) {
    const { series, denied } = decodeSeries(part);
    all.series.push(...series);
    all.denied.push(...denied);
    arrived?.(series);
  }
  return all;
}

/** Groups of all runs that a filter admits, instead of runs one by one. */
export interface GroupsRequest extends Omit<SeriesRequest, 'runs'> {
  /** Columns of the run table; without one all runs are a group. */
  by: readonly string[];
  filters: string | null;
  /** What is drawn after the metrics: names of lines and formulas as lists that begin with a function. */
  formulas: readonly (readonly [string, unknown])[];
}

/** A metric or formula of one group; columns of equal length. */
export interface GroupSeries {
  /** The group's values in the columns. */
  values: readonly unknown[];
  /** How many runs are in it. */
  runs: number;
  key: string;
  x: Float64Array;
  /** How many runs are at each place. */
  count: Float64Array;
  mean: Float64Array;
  min: Float64Array;
  max: Float64Array;
  deviation: Float64Array;
  error: Float64Array;
  median: Float64Array;
}

export function decodeGroups(buffer: ArrayBuffer): GroupSeries[] {
  type Head = Placed & Pick<GroupSeries, 'values' | 'runs' | 'key'>;
  const { header, column: columns } = opened<{ groups: Head[] }>(buffer);
  return header.groups.map(({ points, offset, ...rest }) => {
    const column = columns({ points, offset });
    return {
      ...{ ...rest, x: column(0), count: column(1), mean: column(2), min: column(3) },
      ...{ max: column(4), deviation: column(5), error: column(6), median: column(7) },
    };
  });
}

/** Asks for lines of groups, the largest group first. */
export async function fetchGroups(
  entity: string,
  project: string,
  request: GroupsRequest,
  signal?: AbortSignal,
): Promise<GroupSeries[]> {
  const path = `api/series/${encodeURIComponent(entity)}/${encodeURIComponent(project)}`;
  return decodeGroups(await (await post(path, request, signal)).arrayBuffer());
}
