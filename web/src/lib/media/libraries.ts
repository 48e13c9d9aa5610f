/** The libraries that a frame loads, by what it shows: files of our own build, fetched when first needed. */
import bokeh from '@bokeh/bokehjs/build/js/bokeh.min.js?url';
import bokehGl from '@bokeh/bokehjs/build/js/bokeh-gl.min.js?url';
import bokehTables from '@bokeh/bokehjs/build/js/bokeh-tables.min.js?url';
import bokehWidgets from '@bokeh/bokehjs/build/js/bokeh-widgets.min.js?url';
import molecule from '3dmol/build/3Dmol-min.js?url';
import plotly from 'plotly.js-dist-min/plotly.min.js?url';

export type Framed = 'html' | 'plotly' | 'bokeh' | 'molecule';

const files: Readonly<Record<Framed, string[]>> = {
  html: [],
  plotly: [plotly],
  bokeh: [bokeh, bokehWidgets, bokehTables, bokehGl],
  molecule: [molecule],
};

/** Their absolute addresses. */
export const scriptsOf = (kind: Framed): string[] =>
  files[kind].map((file) => new URL(file, document.baseURI).href);

const formats: Readonly<Record<string, string>> = {
  ...{ pdb: 'pdb', pqr: 'pqr', mmcif: 'cif', mcif: 'cif', cif: 'cif' },
  ...{ sdf: 'sdf', sd: 'sdf', gro: 'gro', mol2: 'mol2' },
};

/** The format of a molecule's file; undefined for one that cannot be shown. */
export const moleculeFormat = (path: string): string | undefined =>
  formats[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
