/** Draws Vega and Vega-Lite without ever running text as code and without asking anybody for anything: expressions are
 *  interpreted from their syntax trees, and the loader refuses. Loaded when the first custom chart is. */
import { type Loader, type LoggerInterface, parse, type Spec as VegaSpec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Spec } from './fill';
import type { Row } from './rows';

export interface Drawn {
  resize: (width: number, height: number) => void;
  close: () => void;
}

interface Wish {
  spec: Spec;
  rows: readonly Row[];
  config: Record<string, unknown>;
  width: number;
  height: number;
  /** Says what went wrong, also later. */
  onproblem: (text: string) => void;
  /** An address that the definition asks for, which is never asked. */
  onremote: (address: string) => void;
  /** The mark under the pointer in words; null when there is none. */
  ontip: (tip: { x: number; y: number; lines: [string, string][] } | null) => void;
}

/** What the definitions call the rows. */
const DATA = 'wandb';
/** More marks than this are drawn as one picture instead of elements that can be read. */
const MOST_ELEMENTS = 3000;

/** Only pictures that are part of the definition itself are shown; nothing is fetched and nothing is linked. */
function refusing(onremote: (address: string) => void): Loader {
  const refused = (address: string) => {
    onremote(address);
    return Promise.reject(new Error(address));
  };
  const sanitize: Loader['sanitize'] = (uri, options) =>
    /^data:image\/(png|jpeg|gif|webp);/.test(uri) &&
    (options as { context?: string } | undefined)?.context === 'image'
      ? Promise.resolve({ href: uri })
      : refused(uri);
  return { load: refused, http: refused, file: refused, sanitize } as Loader;
}

const isLite = (spec: Spec): boolean =>
  typeof spec.$schema === 'string' ? spec.$schema.includes('vega-lite') : !('marks' in spec);

/** Charts made of several: they have a size of their own. */
const isComposed = (spec: Spec): boolean =>
  ['facet', 'hconcat', 'vconcat', 'concat', 'repeat', 'spec'].some((key) => key in spec) ||
  ['row', 'column', 'facet'].some(
    (channel) => channel in ((spec.encoding ?? {}) as Record<string, unknown>),
  );

function vegaOf({ spec, rows, config, width, height }: Wish, log: LoggerInterface): VegaSpec {
  // Tuples are marked by the library: the rows stay as they are.
  const values = rows.map((row) => ({ ...row }));
  if (!isLite(spec)) {
    const data = (Array.isArray(spec.data) ? spec.data : []) as Record<string, unknown>[];
    return {
      autosize: { type: 'fit', contains: 'padding' },
      ...spec,
      ...{ width, height },
      data: data.map((one) => (one.name === DATA ? { ...one, values } : one)),
    } as unknown as VegaSpec;
  }
  const size = isComposed(spec)
    ? {}
    : { width, height, autosize: { type: 'fit', contains: 'padding' } };
  const datasets = { ...(spec.datasets as object), [DATA]: values };
  const full = { data: { name: DATA }, ...spec, ...size, datasets, config: undefined };
  return compile(full as unknown as TopLevelSpec, {
    config: { ...config, ...(spec.config as object) },
    logger: log,
  }).spec;
}

/** A tooltip's content as words: what the library gives is an object, or text. */
function lines(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [['', String(value)]];
  return Object.entries(value).map(([name, one]) => [
    name,
    typeof one === 'number' ? String(Number(one.toPrecision(6))) : String(one),
  ]);
}

/** Draws into an element; throws when the definition is none. */
export async function draw(element: HTMLElement, wish: Wish): Promise<Drawn> {
  const log = {
    level: () => log,
    error: (...said: unknown[]) => (wish.onproblem(said.map(String).join(' ')), log),
    warn: () => log,
    info: () => log,
    debug: () => log,
  } as unknown as LoggerInterface;
  const compiled = vegaOf(wish, log);
  const runtime = parse(compiled, wish.config, { ast: true });
  const view = new View(runtime, {
    expr: expressionInterpreter,
    loader: refusing(wish.onremote),
    logger: log,
    renderer: wish.rows.length > MOST_ELEMENTS ? 'canvas' : 'svg',
    container: element,
    hover: true,
    tooltip: (_, event, __, value) => {
      // Also told without an event, when the mark under the pointer goes.
      if (!event) return wish.ontip(null);
      const box = element.getBoundingClientRect();
      const { clientX, clientY } = event as unknown as MouseEvent;
      const none = value === null || value === undefined || value === '';
      wish.ontip(
        none ? null : { x: clientX - box.left, y: clientY - box.top, lines: lines(value) },
      );
    },
  });
  try {
    await view.runAsync();
  } catch (error) {
    view.finalize();
    throw error;
  }
  const composed = isLite(wish.spec) && isComposed(wish.spec);
  return {
    resize: (width, height) => {
      if (!composed) void view.width(width).height(height).runAsync();
    },
    close: () => view.finalize(),
  };
}
