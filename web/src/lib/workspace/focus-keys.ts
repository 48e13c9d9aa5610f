/** The keys of whatever has the focus in a workspace, for the sheet of keys. */
import type { Shortcut } from '../state/keys.svelte';

export const focusKeys: readonly Shortcut[] = [
  { key: 'Enter', label: 'web.workspace.fullScreen', on: 'web.keys.onPanel' },
  { key: 'e', label: 'web.workspace.edit', on: 'web.keys.onPanel' },
  { key: 'Delete', label: 'web.workspace.removePanel', on: 'web.keys.onPanel' },
  { key: 'Alt ← → ↑ ↓', label: 'web.keys.movePanel', on: 'web.keys.onPanel' },
  { key: 'Alt Shift ← → ↑ ↓', label: 'web.keys.sizePanel', on: 'web.keys.onPanel' },
  { key: '← →', label: 'web.keys.readPoint', on: 'web.keys.onPlot' },
  { key: '↑ ↓', label: 'web.keys.readLine', on: 'web.keys.onPlot' },
  { key: '+ −', label: 'web.keys.zoom', on: 'web.keys.onPlot' },
  { key: 'Shift ← →', label: 'web.keys.pan', on: 'web.keys.onPlot' },
  { key: '0', label: 'web.chart.reset', on: 'web.keys.onPlot' },
  { key: '↑ ↓', label: 'web.keys.brush', on: 'web.keys.onAxis' },
  { key: 'Shift ↑ ↓', label: 'web.keys.brushSize', on: 'web.keys.onAxis' },
  { key: '← →', label: 'web.keys.moveAxis', on: 'web.keys.onAxis' },
];
