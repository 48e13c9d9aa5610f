/** The first chart of many runs in the web app of any system, as `benches/peers/browser.py` has filled it:
 *  `node bench/peers.mjs KIND URL`; prints medians as JSON. What each shows by itself: mlflow ten of the lines, aim and
 *  openwandb those that were asked for. */
import { launch, open } from "../lib/browser.mjs";
import { median, megabytes, untilShown, watchFirstChart } from "./measure.mjs";

const TIMES = Number(process.env.RUNSTEAD_BENCH_TIMES ?? 5);
const PATIENCE = 180_000;
const [kind, url, password, runs] = process.argv.slice(2);

/** Lines that are drawn as SVG, not on a canvas; the paths of signs and axes are short. */
const watchPaths = `(() => {
  const look = () => {
    if (globalThis.firstChart !== undefined) return;
    const drawn = [...document.querySelectorAll("svg path")].some((path) => path.getAttribute("d")?.length > 1500);
    if (drawn) setTimeout(() => (globalThis.firstChart ??= performance.now()), 0);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();`;

/** How each page comes to show its charts; answers from when on to count, in the page's time. */
const kinds = {
  async runstead(page) {
    await page.goto(`${url}/bench/fill`);
    return 0;
  },
  async mlflow(page) {
    await page.goto(`${url}/#/experiments/1/runs?compareRunsMode=CHART`);
    return 0;
  },
  async openwandb(page) {
    const chosen = Array.from({ length: Number(runs) }, (_, run) => `chart-${run}`);
    await page.goto(`${url}/compare/default/chart?runs=${chosen}`);
    return 0;
  },
  /** It has no address for a metric: the time counts from the press on Search. */
  async aim(page) {
    await page.goto(`${url}/metrics`);
    await page.locator("button", { hasText: "Metrics" }).first().click();
    await page.getByRole("option", { name: "metric_0" }).or(page.getByText("metric_0").nth(1)).first().click();
    await page.keyboard.press("Escape");
    const search = page.getByRole("button", { name: "Search" });
    await search.waitFor();
    const from = await page.evaluate(() => {
      globalThis.firstChart = undefined;
      return performance.now();
    });
    await search.click();
    return from;
  },
};

const browser = await launch();
let storageState;
if (kind === "runstead") {
  const page = await open(browser);
  await page.goto(`${url}/login`);
  await page.getByLabel("User name or e-mail").fill("bench");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  storageState = { cookies: (await page.context().storageState()).cookies, origins: [] };
  await page.context().close();
}
const found = [];
for (let turn = 0; turn < TIMES; turn += 1) {
  const page = await open(browser, { storageState });
  page.setDefaultTimeout(PATIENCE);
  await page.addInitScript(watchFirstChart);
  await page.addInitScript(watchPaths);
  const from = await kinds[kind](page);
  const { firstChart, interactive } = await untilShown(page);
  if (process.env.BENCH_PICTURE) await page.screenshot({ path: process.env.BENCH_PICTURE });
  found.push({ firstChart: firstChart - from, interactive: interactive - from, memory: await megabytes(browser) });
  await page.context().close();
}
await browser.close();
console.log(JSON.stringify(Object.fromEntries(Object.keys(found[0]).map((name) => [name, median(found.map((one) => one[name]))]))));
