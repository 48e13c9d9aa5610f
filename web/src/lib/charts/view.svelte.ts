/** How charts are read: choices of this browser for all panels, and what the pointer is on. */
import { Stored } from '../state/stored.svelte';

/** The three that every run has, or any logged metric. */
export type XAxis = '_step' | '_runtime' | '_timestamp' | (string & {});

export const xAxis = new Stored<XAxis>('x', '_step');
export const smoothing = new Stored<number>('smoothing', 0);
export const logScale = new Stored<boolean>('log', false);

/** The crosshair is shared by every panel with the same x. */
export interface Crosshair {
  x: number;
  axis: XAxis;
  /** The panel under the pointer, which shows the tooltip. */
  panel: object;
}

let crosshair = $state.raw<Crosshair | null>(null);
let pointed = $state.raw<string | null>(null);

export const currentCrosshair = (): Crosshair | null => crosshair;
export const setCrosshair = (next: Crosshair | null): void => void (crosshair = next);

/** The run under the pointer, in a panel or in the sidebar. */
export const pointedRun = (): string | null => pointed;
export const pointAtRun = (run: string | null): void => void (pointed = run);
