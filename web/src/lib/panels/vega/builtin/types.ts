/** How definitions are written down. */
import type { Spec } from '../fill';
import { RUN } from '../rows';

/** A definition that the client's functions name. */
export interface Builtin {
  title: () => string;
  spec: Spec;
}

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** A chart of the run's rows; its title is the panel's. */
export const chart = (spec: Spec): Spec => ({
  $schema: SCHEMA,
  data: { name: 'wandb' },
  ...spec,
});

/** Every run in its own colour. */
export const byRun: Spec = {
  ...{ field: RUN, type: 'nominal', scale: '${runs}' },
  ...{ title: null, legend: '${legend}' },
};

/** Runs told apart by their strokes, where colours stand for something else. */
export const dashByRun: Spec = {
  ...{ field: RUN, type: 'nominal' },
  ...{ title: null, legend: '${legend}' },
};

/** Runs beside each other. */
export const besideByRun: Spec = { field: RUN };

/** A channel that shows a chosen column as a number. */
export const amount = (place: string, more: Spec = {}): Spec => ({
  field: `\${field:${place}}`,
  type: 'quantitative',
  ...more,
});

/** A channel that shows a chosen column as names. */
export const named = (place: string, more: Spec = {}): Spec => ({
  field: `\${field:${place}}`,
  type: 'nominal',
  ...more,
});
