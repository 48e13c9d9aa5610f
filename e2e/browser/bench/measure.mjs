/** What a page does, measured inside it and from the browser's own counters. */
import { readFile } from "node:fs/promises";

/** Remembers when the first lines were drawn: the axes of a chart are few strokes, its lines are many. */
const LINES = 150;
export const watchFirstChart = `{
  const plain = CanvasRenderingContext2D.prototype.lineTo;
  const seen = new WeakMap();
  CanvasRenderingContext2D.prototype.lineTo = function (x, y) {
    plain.call(this, x, y);
    const count = (seen.get(this) ?? 0) + 1;
    seen.set(this, count);
    if (count !== ${LINES}) return;
    CanvasRenderingContext2D.prototype.lineTo = plain;
    requestAnimationFrame(() => setTimeout(() => (globalThis.firstChart = performance.now()), 0));
  };
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) globalThis.longTasks.push([one.startTime, one.startTime + one.duration]);
  }).observe({ type: "longtask", buffered: true });
}`;

/** The main thread counts as free when no long task comes for this long. */
const QUIET = 500;

/** Milliseconds from navigation to the first drawn lines, and until the main thread is free from there on. */
export async function untilShown(page) {
  await page.waitForFunction(() => globalThis.firstChart !== undefined);
  return page.evaluate(async (quiet) => {
    const { firstChart, longTasks } = globalThis;
    for (;;) {
      const busy = Math.max(firstChart, ...longTasks.map(([, end]) => end));
      if (performance.now() - busy > quiet) {
        let interactive = firstChart;
        for (const [start, end] of longTasks) if (start < interactive + quiet) interactive = Math.max(interactive, end);
        return { firstChart, interactive };
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, QUIET);
}

/** Bytes of script that came over the wire. */
export async function countScripts(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const scripts = new Set();
  let bytes = 0;
  session.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}

/** Milliseconds that the page's main thread has computed so far: unlike a clock, not longer where others compute, too. */
export async function watchThread(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
}

/** Frames a second while something goes on, and what the main thread computed for each. */
export async function framesOf(thread, act) {
  const before = await thread();
  const { frames, rate } = await act();
  return { rate, cost: ((await thread()) - before) / frames };
}

/** Frames, and frames a second, while the element moves `by` pixels each frame, down and up again. */
export const scroll = (page, selector, { by, time = 3000, sideways = false }) =>
  page.evaluate(
    async ([selector, by, time, sideways]) => {
      const box = document.querySelector(selector);
      const side = sideways ? "scrollLeft" : "scrollTop";
      const start = performance.now();
      let [frames, step, travelled] = [0, by, 0];
      for (;;) {
        const now = await new Promise(requestAnimationFrame);
        if (now - start > time) {
          const seconds = (now - start) / 1000;
          if (travelled < by * 10) throw new Error(`${selector} did not scroll`);
          return { frames, rate: frames / seconds };
        }
        frames += 1;
        const before = box[side];
        box[side] += step;
        travelled += Math.abs(box[side] - before);
        if (box[side] === before) step = -step;
      }
    },
    [selector, by, time, sideways],
  );

/** A page with a long list of texts and nothing else. */
export const blank = (page) =>
  page.setContent(`<div class="blank" style="height: 100vh; overflow: auto">
    ${Array.from({ length: 2000 }, (_, n) => `<p>${n}</p>`).join("")}</div>`);

/** Frames, and frames a second, while the mouse does something again and again. */
export async function framesWhile(page, act, time = 3000) {
  await page.evaluate(() => {
    globalThis.frames60 = 0;
    globalThis.counting = true;
    globalThis.countedFrom = performance.now();
    const count = () => {
      globalThis.frames60 += 1;
      if (globalThis.counting) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  const end = Date.now() + time;
  while (Date.now() < end) await act();
  return page.evaluate(() => {
    globalThis.counting = false;
    const frames = globalThis.frames60;
    return { frames, rate: (frames * 1000) / (performance.now() - globalThis.countedFrom) };
  });
}

/** The renderer of the page: the one of the browser that has worked most. */
async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo;
}

/** Processor seconds that the tab, and what draws for it, have used. */
export async function cpuSeconds(browser) {
  const all = await renderers(browser);
  return all.filter(({ type }) => type === "renderer" || type === "GPU").reduce((sum, one) => sum + one.cpuTime, 0);
}

/** Megabytes of the tab's process, its share of shared pages included. */
export async function megabytes(browser) {
  const all = (await renderers(browser)).filter(({ type }) => type === "renderer");
  const busiest = all.sort((a, b) => b.cpuTime - a.cpuTime)[0];
  const text = await readFile(`/proc/${busiest.id}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+)/m.exec(text)[1]) / 1024;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
