/** Colours and letters of custom charts: the tokens, as plain colours that the library can reckon with. */
import { RAMP, resolve, SERIES } from '../../design/palette';

export interface Theme {
  ground: string;
  /** Plain colours of the CSS ones. */
  plain: (color: string) => string;
  config: Record<string, unknown>;
}

/** Colours as `#rrggbb`: the library knows none of the newer ways to write them. */
function hex(colors: ReadonlyMap<string, string>): Map<string, string> {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const found = new Map<string, string>();
  for (const [name, color] of colors) {
    if (!context) break;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const bytes = context.getImageData(0, 0, 1, 1).data.slice(0, 3);
    found.set(name, `#${[...bytes].map((one) => one.toString(16).padStart(2, '0')).join('')}`);
  }
  return found;
}

const variables = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `var(--series-${from + index})`);

/** What holds for the element's theme; `colors` are those of the runs. */
export function themeOf(element: HTMLElement, colors: readonly string[]): Theme {
  const [text, second, faint, line, ground] = [
    ...['var(--text)', 'var(--text-2)', 'var(--text-3)', 'var(--line)', 'var(--bg-raised)'],
  ] as const;
  const [series, ramp] = [variables(SERIES), variables(RAMP, SERIES)];
  const wanted = [text, second, faint, line, ground, ...series, ...ramp, ...colors] as string[];
  const plainly = hex(resolve(element, wanted));
  const plain = (color: string) => plainly.get(color) ?? '#808080';
  const font = getComputedStyle(element).fontFamily;
  const words = { labelFont: font, titleFont: font, labelFontSize: 11, titleFontSize: 11 };
  const inks = { labelColor: plain(faint as string), titleColor: plain(second as string) };
  const grid = plain(line as string);
  const ink = plain(text as string);
  return {
    ground: plain(ground as string),
    plain,
    config: {
      background: null,
      font,
      padding: 4,
      axis: {
        ...words,
        ...inks,
        ...{ titleFontWeight: 500, domainColor: grid, tickColor: grid, tickSize: 4 },
        ...{ gridColor: grid, gridOpacity: 0.6, labelOverlap: true, labelSeparation: 8 },
      },
      header: { ...words, ...inks, labelColor: ink },
      legend: { ...words, ...inks, labelLimit: 120, symbolSize: 60 },
      title: { font, color: ink, fontSize: 13, fontWeight: 500, anchor: 'start' },
      text: { color: ink, font, fontSize: 11 },
      rule: { color: plain(second as string) },
      view: { stroke: null },
      range: {
        category: series.map(plain),
        ramp: ramp.map(plain),
        heatmap: ramp.map(plain),
        ordinal: ramp.map(plain),
      },
      mark: { color: plain('var(--series-0)') },
      line: { strokeWidth: 1.5 },
    },
  };
}
