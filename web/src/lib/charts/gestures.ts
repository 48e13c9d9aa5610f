/** Ctrl + wheel zooms at the pointer, Shift + drag pans. */
import type uPlot from 'uplot';
import type { Range } from './scale';

/** Adds the gestures to a chart; `move` receives the new range of x. */
export function addGestures(chart: uPlot, move: (range: Range) => void): void {
  const { over } = chart;
  const range = (): Range => [chart.scales.x?.min ?? 0, chart.scales.x?.max ?? 1];

  over.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const [min, max] = range();
      const at = min + ((max - min) * event.offsetX) / over.clientWidth;
      const factor = event.deltaY > 0 ? 1.25 : 0.8;
      move([at - (at - min) * factor, at + (max - at) * factor]);
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
        move([min + shift, max + shift]);
      };
      const end = () => removeEventListener('mousemove', drag);
      addEventListener('mousemove', drag);
      addEventListener('mouseup', end, { once: true });
    },
    { capture: true },
  );
}
