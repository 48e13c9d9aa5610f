/** The web app with a large project in Debian's chromium, against a real server: `RUNSTEAD_BIN=… node bench/main.mjs`.
 *  Prints medians beside what is asked of them; the exit code is 0 whatever they are. `RUNSTEAD_BENCH_FOLDER` keeps the
 *  data, so that a second measurement does not fill again. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch, open } from "../lib/browser.mjs";
import { startServer } from "../lib/server.mjs";
import { LoggedRun, post } from "../lib/client.mjs";
import { fillLarge, fillSmall, linePlots, randomFrom, rows, saveView } from "./fill.mjs";
import { countScripts, cpuSeconds, framesWhile, median, megabytes, scroll, untilShown, watchFirstChart } from "./measure.mjs";

const user = "bench";
const password = "a long enough phrase";
const TIMES = Number(process.env.RUNSTEAD_BENCH_TIMES ?? 5);
const RUNS = Number(process.env.RUNSTEAD_BENCH_RUNS ?? 10_000);
const LARGE = { project: "large", runs: RUNS, configKeys: 50, summaryKeys: 50, metrics: 200, long: 1000, steps: 50 };
const LIVE = { project: "live", runs: 10, metrics: 100, steps: 30 };
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
  await fillSmall(server.url, key, user, LIVE);
  await fillSmall(server.url, key, user, WIDE);
  const names = Array.from({ length: 100 }, (_, n) => `group_${Math.floor(n / 10)}/metric_${n}`);
  const dense = { columnsPerPage: 6, rowsPerPage: 20, boxHeight: 160 };
  await saveView(server.url, key, user, LIVE.project, "hundred", [linePlots(names, dense)]);
  const single = { columnsPerPage: 1, rowsPerPage: 1, boxHeight: 600 };
  const lines = [linePlots(names.slice(0, 1), single)];
  await saveView(server.url, key, user, LARGE.project, "thousand", lines, { maxRuns: 1000 });
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

/** A fresh page without anything cached; it is closed afterwards. */
async function fresh(address, use) {
  // A cookie belongs to a host, not to a port; what the app remembers belongs to both.
  const page = await open(browser, { storageState: { cookies: state.cookies, origins: [] } });
  page.setDefaultTimeout(120_000);
  await page.addInitScript(watchFirstChart);
  const scripts = await countScripts(page);
  try {
    await page.goto(`${server.url}/${user}/${address}`);
    return await use(page, scripts);
  } finally {
    await page.context().close();
  }
}

function line(what, value, unit, goal, least = false) {
  const met = least ? value >= goal : value <= goal;
  const shown = value.toFixed(value < 100 ? 1 : 0);
  console.log(`${what.padEnd(58)} ${shown.padStart(8)} ${unit.padEnd(8)} ${least ? "≥" : "≤"} ${String(goal).padEnd(6)} ${met ? "" : "missed"}`);
}
/** A measurement, several times in fresh pages; the median of each number it answers. */
async function several(measure, times = TIMES) {
  const all = [];
  for (let turn = 0; turn < times; turn += 1) all.push(await measure());
  return Object.fromEntries(Object.keys(all[0]).map((name) => [name, median(all.map((one) => one[name]))]));
}

const rest = (page, time) => page.waitForTimeout(time);

const measurements = {
  async opens() {
    const found = await several(() =>
      fresh(LARGE.project, async (page, scripts) => {
        const shown = await untilShown(page);
        await rest(page, 500);
        return { ...shown, scripts: scripts() / 1024, memory: await megabytes(browser) };
      }),
    );
    line("first chart drawn after navigation", found.firstChart, "ms", 1000);
    line("interactive", found.interactive, "ms", 1500);
    line("JavaScript of the first load, compressed", found.scripts, "KB", 250);
    line("memory of the tab when it is open", found.memory, "MB", 400);
  },
  async scrolls() {
    const found = await several(() =>
      fresh(LARGE.project, async (page) => {
        await untilShown(page);
        await page.getByRole("button", { name: "Open all sections" }).click();
        await rest(page, 1500);
        const panels = await scroll(page, ".charts", { by: 30 });
        return { panels, memory: await megabytes(browser) };
      }),
    );
    line("scrolling panels", found.panels, "frames/s", 55, true);
    line("memory of the tab after that", found.memory, "MB", 400);
  },
  async table() {
    const found = await several(() =>
      fresh(`${LARGE.project}/runs`, async (page) => {
        await page.locator(".grid [role=row] a").nth(10).waitFor();
        await page.getByRole("columnheader", { name: /^c0/ }).waitFor();
        await rest(page, 1000);
        const down = await scroll(page, ".grid", { by: 60 });
        const across = await scroll(page, ".grid", { by: 40, sideways: true });
        return { down, across, memory: await megabytes(browser) };
      }),
    );
    line("scrolling the run table down", found.down, "frames/s", 55, true);
    line("scrolling the run table across", found.across, "frames/s", 55, true);
    line("memory of the tab after that", found.memory, "MB", 400);
  },
  async lines() {
    const found = await several(() =>
      fresh(`${LARGE.project}?nw=thousand`, async (page) => {
        await untilShown(page);
        await page.waitForFunction(() => document.body.innerText.includes("1,000 shown"));
        await rest(page, 3000);
        const box = await page.locator("article .u-over").first().boundingBox();
        const middle = [box.x + box.width / 2, box.y + box.height / 2];
        await page.mouse.move(...middle);
        let turn = 0;
        await page.keyboard.down("Control");
        const zoom = await framesWhile(page, () => page.mouse.wheel(0, Math.floor(turn++ / 6) % 2 ? 60 : -60));
        await page.keyboard.up("Control");
        await page.keyboard.down("Shift");
        await page.mouse.down();
        turn = 0;
        const pan = await framesWhile(page, () => page.mouse.move(middle[0] + 200 * Math.sin(turn++ / 10), middle[1]));
        await page.mouse.up();
        await page.keyboard.up("Shift");
        return { zoom, pan };
      }),
    );
    line("zooming 1,000 lines", found.zoom, "frames/s", 50, true);
    line("panning 1,000 lines", found.pan, "frames/s", 50, true);
  },
  async live() {
    // Runs of their own, which begin where they have never been.
    const name = Date.now().toString(36);
    const make = (index) =>
      LoggedRun.start(server.url, key, { entity: user, project: LIVE.project, name: `${name}${index}`, displayName: `now-${index}` });
    const running = await Promise.all(Array.from({ length: LIVE.runs }, (_, index) => make(index)));
    const random = randomFrom(7);
    for (const run of running) await run.log(rows(LIVE.metrics, LIVE.steps, random));
    let on = true;
    const logging = (async () => {
      while (on) {
        const next = Date.now() + 1000;
        await Promise.all(running.map((run) => run.log(rows(LIVE.metrics, 1, random))));
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - Date.now())));
      }
    })();
    const found = await several(
      () =>
        fresh(`${LIVE.project}?nw=hundred`, async (page) => {
          await untilShown(page);
          await scroll(page, ".charts", { by: 60, time: 4000 });
          await rest(page, 2000);
          const panels = await page.locator("article .u-over").count();
          if (panels < 100) throw new Error(`${panels} panels`);
          const [before, from] = [await cpuSeconds(browser), Date.now()];
          await rest(page, 10_000);
          const used = (await cpuSeconds(browser)) - before;
          return { share: (used * 1e5) / (Date.now() - from) };
        }),
      Math.min(3, TIMES),
    );
    on = false;
    await logging;
    await Promise.all(running.map((run) => run.finish()));
    line("100 panels of 10 runs live at 1 Hz: processor of tab and drawing", found.share, "% of one", 20);
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
const names = `query($e: String, $p: String) { project(entityName: $e, name: $p) { metricKeys { key } runColumns { name } } }`;
for (const { project } of [LARGE, LIVE, WIDE]) {
  await post(`${server.url}/graphql`, key, { query: names, variables: { e: user, p: project } });
}
console.log(`${RUNS} runs × ${LARGE.configKeys + LARGE.summaryKeys} keys × ${LARGE.metrics} metrics; medians of ${TIMES}`);
try {
  for (const [name, measure] of Object.entries(measurements)) if (only.length === 0 || only.includes(name)) await measure();
} finally {
  await browser.close();
  await server.stop();
}
