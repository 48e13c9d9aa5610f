/** Ctrl + wheel zooms at the pointer, Shift + drag pans. */
import type uPlot from 'uplot';
import type { Range } from './scale';

/** A wheel that has not turned for so long, in milliseconds, is at rest. */
const REST = 160;

/** Adds the gestures to a chart; `move` receives the new range of x, `hold` whether the picture is on the move. */
export function addGestures(
  chart: uPlot,
  move: (range: Range) => void,
  hold: (moving: boolean) => void,
): void {
  const { over } = chart;
  // A logarithmic axis moves by its logarithms.
  const log = chart.scales.x?.distr === 3;
  const range = (): Range => {
    const { min = 0, max = 1 } = (chart.scales.x ?? {}) as { min?: number; max?: number };
    return log ? [Math.log10(min), Math.log10(max)] : [min, max];
  };
  let rest: ReturnType<typeof setTimeout> | undefined;
  const go = ([min, max]: Range) => move(log ? [10 ** min, 10 ** max] : [min, max]);

  over.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const [min, max] = range();
      const at = min + ((max - min) * event.offsetX) / over.clientWidth;
      const factor = event.deltaY > 0 ? 1.25 : 0.8;
      clearTimeout(rest);
      rest = setTimeout(() => hold(false), REST);
      hold(true);
      go([at - (at - min) * factor, at + (max - at) * factor]);
    },
    { passive: false },
  );

  over.addEventListener(
    'mousedown',
    (event) => {
      if (!event.shiftKey || event.button !== 0) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      const [min, max] = range();
      const start = event.clientX;
      const drag = (now: MouseEvent) => {
        const shift = ((start - now.clientX) * (max - min)) / over.clientWidth;
        go([min + shift, max + shift]);
      };
      const end = () => {
        removeEventListener('mousemove', drag);
        hold(false);
      };
      clearTimeout(rest);
      hold(true);
      addEventListener('mousemove', drag);
      addEventListener('mouseup', end, { once: true });
    },
    { capture: true },
  );
}
