/** The web app with a large project in Debian's chromium, against a real server: `RUNSTEAD_BIN=… node bench/main.mjs`.
 *  Prints medians beside what is asked of them; the exit code is 0 whatever they are. `RUNSTEAD_BENCH_FOLDER` keeps the
 *  data, so that a second measurement does not fill again. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, sizes } from "../lib/browser.mjs";
import { startServer } from "../lib/server.mjs";
import { LoggedRun, post } from "../lib/client.mjs";
import { fillLarge, fillSmall, linePlots, randomFrom, rows, saveView } from "./fill.mjs";
import { blank, countScripts, cpuSeconds, framesOf, framesWhile, median, megabytes, scroll, untilShown, watchFirstChart, watchThread } from "./measure.mjs";

const user = "bench";
const password = "a long enough phrase";
const TIMES = Number(process.env.RUNSTEAD_BENCH_TIMES ?? 5);
const RUNS = Number(process.env.RUNSTEAD_BENCH_RUNS ?? 10_000);
const LARGE = { project: "large", runs: RUNS, configKeys: 50, summaryKeys: 50, metrics: 200, long: 1000, steps: 50 };
const LIVE = { runs: 10, metrics: 100, steps: 30 };
const WIDE = { project: "wide", runs: 3, metrics: 2000, steps: 5 };
const only = process.argv.slice(2);

const kept = process.env.RUNSTEAD_BENCH_FOLDER;
if (kept) await mkdir(kept, { recursive: true });
const server = await startServer(kept);
const browser = await launch();
const note = kept && join(kept, "bench.json");
const { key, state } = note && existsSync(note) ? JSON.parse(await readFile(note, "utf8")) : await prepare();

async function prepare() {
  const key = server.run(["user", "create", user, "--password-stdin", "--print-api-key"], password);
  const start = Date.now();
  await fillLarge(server.url, key, user, LARGE);
  await fillSmall(server.url, key, user, WIDE);
  console.error(`filled in ${Math.round((Date.now() - start) / 1000)} s`);
  const page = await open(browser);
  await page.goto(`${server.url}/login`);
  await page.getByLabel("User name or e-mail").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  const state = await page.context().storageState();
  await page.context().close();
  if (note) await writeFile(note, JSON.stringify({ key, state }));
  return { key, state };
}

/** The views that are measured; saved anew each time, so that kept data has them as they are now. */
async function saveViews() {
  const single = { columnsPerPage: 1, rowsPerPage: 1, boxHeight: 600 };
  const one = [linePlots("Charts", metricNames(1), single)];
  await saveView(server.url, key, user, LARGE.project, "thousand", one, { maxRuns: 1000 });
  const grid = { columnsPerPage: 3, rowsPerPage: 4, boxHeight: 256 };
  const all = metricNames(LARGE.metrics);
  const sections = all.flatMap((_, n) => (n % 10 ? [] : [linePlots(`group_${n / 10}`, all.slice(n, n + 10), grid)]));
  await saveView(server.url, key, user, LARGE.project, "open", sections);
}

const metricNames = (count) => Array.from({ length: count }, (_, n) => `group_${Math.floor(n / 10)}/metric_${n}`);

/** A fresh page without anything cached; it is closed afterwards. */
async function fresh(address, use, viewport = sizes.desktop) {
  // A cookie belongs to a host, not to a port; what the app remembers belongs to both.
  const page = await open(browser, { viewport, storageState: { cookies: state.cookies, origins: [] } });
  page.setDefaultTimeout(120_000);
  await page.addInitScript(watchFirstChart);
  const scripts = await countScripts(page);
  const thread = await watchThread(page);
  try {
    await page.goto(`${server.url}/${user}/${address}`);
    return await use(page, { scripts, thread });
  } finally {
    await page.context().close();
  }
}

function line(what, value, unit, goal, least = false) {
  const shown = `${what.padEnd(66)} ${value.toFixed(value < 100 ? 1 : 0).padStart(8)} ${unit.padEnd(8)}`;
  if (goal === undefined) return console.log(shown);
  const met = least ? value >= goal : value <= goal;
  console.log(`${shown} ${least ? "≥" : "≤"} ${String(Number(goal.toFixed(1))).padEnd(6)} ${met ? "" : "missed"}`);
}
/** A measurement, several times in fresh pages; the median of each number it answers. */
async function several(measure, times = TIMES) {
  const all = [];
  for (let turn = 0; turn < times; turn += 1) all.push(await measure());
  return Object.fromEntries(Object.keys(all[0]).map((name) => [name, median(all.map((one) => one[name]))]));
}

/** What does not depend on who else computes. */
const COST = "  of which the main thread computed, a frame";
const rest = (page, time) => page.waitForTimeout(time);

const measurements = {
  async opens() {
    const found = await several(() =>
      fresh(LARGE.project, async (page, { scripts, thread }) => {
        const shown = await untilShown(page);
        const computed = await thread();
        await rest(page, 500);
        return { ...shown, computed, scripts: scripts() / 1024, memory: await megabytes(browser) };
      }),
    );
    line("first chart drawn after navigation", found.firstChart, "ms", 1000);
    line("interactive", found.interactive, "ms", 1500);
    line("  of which the main thread computed", found.computed, "ms");
    line("JavaScript of the first load, compressed", found.scripts, "KB", 250);
    line("memory of the tab when it is open", found.memory, "MB", 400);
  },
  /** What this browser can do at all: it draws without a graphics card. */
  async ceiling() {
    const found = await several(async () => {
      const page = await open(browser);
      try {
        await blank(page);
        return { scrolled: (await scroll(page, ".blank", { by: 30, time: 2000 })).rate };
      } finally {
        await page.context().close();
      }
    });
    line("for comparison: scrolling a page of nothing but text", found.scrolled, "frames/s");
  },
  async scrolls() {
    const found = await several(() =>
      fresh(`${LARGE.project}?nw=open`, async (page, { thread }) => {
        await untilShown(page);
        const panels = await framesOf(thread, () => scroll(page, ".charts", { by: 30, time: 6000 }));
        return { panels: panels.rate, cost: panels.cost, memory: await megabytes(browser) };
      }),
    );
    line("scrolling 200 panels of 100 lines, 1,800 pixels a second", found.panels, "frames/s", 55, true);
    line(COST, found.cost, "ms", 1000 / 55);
    line("memory of the tab after that", found.memory, "MB", 400);
  },
  async table() {
    const found = await several(() =>
      fresh(`${LARGE.project}/runs`, async (page, { thread }) => {
        await page.locator(".grid [role=row] a").nth(10).waitFor();
        await page.getByRole("columnheader", { name: /^c0/ }).waitFor();
        await rest(page, 1000);
        const down = await framesOf(thread, () => scroll(page, ".grid", { by: 60 }));
        const across = await framesOf(thread, () => scroll(page, ".grid", { by: 40, sideways: true }));
        const costs = { downCost: down.cost, acrossCost: across.cost };
        return { down: down.rate, across: across.rate, ...costs, memory: await megabytes(browser) };
      }),
    );
    line("scrolling the run table down", found.down, "frames/s", 55, true);
    line(COST, found.downCost, "ms", 1000 / 55);
    line("scrolling the run table across", found.across, "frames/s", 55, true);
    line(COST, found.acrossCost, "ms", 1000 / 55);
    line("memory of the tab after that", found.memory, "MB", 400);
  },
  async lines() {
    const found = await several(() =>
      fresh(`${LARGE.project}?nw=thousand`, async (page, { thread }) => {
        await untilShown(page);
        await page.waitForFunction(() => document.body.innerText.includes("1,000 shown"));
        await rest(page, 3000);
        const box = await page.locator("article .u-over").first().boundingBox();
        const middle = [box.x + box.width / 2, box.y + box.height / 2];
        await page.mouse.move(...middle);
        let turn = 0;
        await page.keyboard.down("Control");
        const wheel = () => page.mouse.wheel(0, Math.floor(turn++ / 6) % 2 ? 60 : -60);
        const zoom = await framesOf(thread, () => framesWhile(page, wheel));
        await page.keyboard.up("Control");
        await page.keyboard.down("Shift");
        await page.mouse.down();
        turn = 0;
        const drag = () => page.mouse.move(middle[0] + 200 * Math.sin(turn++ / 10), middle[1]);
        const pan = await framesOf(thread, () => framesWhile(page, drag));
        await page.mouse.up();
        await page.keyboard.up("Shift");
        return { zoom: zoom.rate, zoomCost: zoom.cost, pan: pan.rate, panCost: pan.cost };
      }),
    );
    line("zooming 1,000 lines", found.zoom, "frames/s", 50, true);
    line(COST, found.zoomCost, "ms", 1000 / 50);
    line("panning 1,000 lines", found.pan, "frames/s", 50, true);
    line(COST, found.panCost, "ms", 1000 / 50);
  },
  async live() {
    const project = `live-${Date.now().toString(36)}`;
    const running = await fillSmall(server.url, key, user, { project, ...LIVE });
    const dense = { columnsPerPage: 12, rowsPerPage: 9, boxHeight: 160 };
    await saveView(server.url, key, user, project, "hundred", [linePlots("Charts", metricNames(LIVE.metrics), dense)]);
    const random = randomFrom(7);
    let on = true;
    const logging = (async () => {
      while (on) {
        const next = Date.now() + 1000;
        await Promise.all(running.map((run) => run.log(rows(LIVE.metrics, 1, random))));
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - Date.now())));
      }
    })();
    const watch = (viewport, least) => () =>
      fresh(
        `${project}?nw=hundred`,
        async (page) => {
          await untilShown(page);
          await rest(page, 2000);
          const panels = await page.locator("article .u-over").count();
          if (panels < least) throw new Error(`${panels} panels`);
          const [before, from] = [await cpuSeconds(browser), Date.now()];
          await rest(page, 10_000);
          const used = (await cpuSeconds(browser)) - before;
          return { panels, share: (used * 1e5) / (Date.now() - from) };
        },
        viewport,
      );
    const times = Math.min(3, TIMES);
    const wall = await several(watch({ width: 3840, height: 2000 }, LIVE.metrics), times);
    const desktop = await several(watch(sizes.desktop, 10), times);
    on = false;
    await logging;
    await Promise.all(running.map((run) => run.finish()));
    line("100 panels of 10 runs in view, live at 1 Hz: tab and drawing", wall.share, "% of one", 20);
    line(`the same 100 panels where ${desktop.panels} are in view`, desktop.share, "% of one", 20);
  },
  async search() {
    const found = await several(() =>
      fresh(WIDE.project, async (page) => {
        await page.locator("[data-section]").first().waitFor();
        await rest(page, 1500);
        const field = page.getByRole("searchbox", { name: "Search panels" });
        await field.focus();
        const times = [];
        for (const text of ["metric_1777", "etric_.*99", "group_17", "metric_5"]) {
          times.push(
            await field.evaluate(async (element, text) => {
              const start = performance.now();
              element.value = text;
              element.dispatchEvent(new Event("input", { bubbles: true }));
              await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
              return performance.now() - start;
            }, text),
          );
        }
        return { time: median(times) };
      }),
    );
    line("searching 2,000 panels, until the next frame", found.time, "ms", 50);
  },
};

// What a server keeps between visits is there: the first visit after its start is not measured.
const names = `query($e: String, $p: String) { project(entityName: $e, name: $p) { metricKeys runColumns { name } } }`;
await saveViews();
for (const { project } of [LARGE, WIDE]) {
  await post(`${server.url}/graphql`, key, { query: names, variables: { e: user, p: project } });
}
console.log(`${RUNS} runs × ${LARGE.configKeys + LARGE.summaryKeys} keys × ${LARGE.metrics} metrics; medians of ${TIMES}`);
try {
  for (const [name, measure] of Object.entries(measurements)) if (only.length === 0 || only.includes(name)) await measure();
} finally {
  await browser.close();
  await server.stop();
}
