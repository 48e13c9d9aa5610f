/** What people do with line plots: zoom them all at once, read them at one place, choose what is drawn over which x and how. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, open, setUp } from "../lib/browser.mjs";
import { curve, LoggedRun } from "../lib/client.mjs";
import { startServer } from "../lib/server.mjs";

const user = { name: "ada", email: "ada@example.org", password: "a long enough phrase" };
const project = "panels";
let server, browser, page;

const panel = (metric) => page.locator(`[data-panel$=":${metric}"]`);
const plot = (metric) => panel(metric).locator(".u-over");
const drawer = () => page.getByRole("dialog");
const preview = () => drawer().locator(".preview");
/** A number as the page writes it. */
const number = (text) => Number(text.replace("\u2212", "-").replace(/,/g, ""));

/** Rows with values that are none, and one that is far from all others. */
const rows = (seed) =>
  curve(300, seed).map((row, step) => ({
    ...row,
    spiky: step === 150 ? 1e6 : Math.sin(step / 20) + seed,
    broken: { 100: NaN, 200: Infinity, 250: -Infinity }[step] ?? step,
    lost: NaN,
  }));

/** What the crosshair reads at a part of a plot's width: its heading and a name with a number a line. */
async function read(where, part) {
  const box = await where.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width * part, box.y + box.height / 2);
  const tip = page.locator(".tip");
  await tip.waitFor();
  await page.waitForTimeout(100);
  const lines = await tip.locator(".row").evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("span")].map((one) => one.textContent)),
  );
  const heading = await tip.locator("p").first().innerText();
  await page.mouse.move(5, 5);
  await tip.waitFor({ state: "detached" });
  return { heading, lines, of: (name) => number(lines.find(([own]) => own === name)?.[1] ?? "none") };
}
const picture = (where) => where.locator("canvas").first().evaluate((canvas) => canvas.toDataURL());
/** Waits until a plot is another picture than it was. */
async function redrawn(where, before) {
  for (let i = 0; i < 60 && (await picture(where)) === before; i += 1) await page.waitForTimeout(50);
  assert.notEqual(await picture(where), before, "drawn anew");
}
async function edit(metric, tab = "Data") {
  await panel(metric).scrollIntoViewIfNeeded();
  await panel(metric).focus();
  await page.keyboard.press("e");
  await preview().locator(".u-over").waitFor();
  if (tab !== "Data") await drawer().getByRole("button", { name: tab, exact: true }).click();
}
/** Closes the drawer and takes every change of the panel back. */
async function restore(metric) {
  await drawer().getByRole("button", { name: "Done" }).click();
  await panel(metric).hover();
  await panel(metric).getByRole("button", { name: /^Actions for / }).click();
  await page.getByRole("menuitem", { name: "Undo all changes of this panel" }).click();
}

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
  const key = await setUp(page, server, user);
  for (const seed of [1, 2]) {
    const place = { entity: user.name, project, name: `panel00${seed}` };
    const run = await LoggedRun.start(server.url, key, { ...place, displayName: `run-${seed}`, config: { lr: seed / 10 } });
    await run.log(rows(seed));
    await run.system(Array.from({ length: 30 }, (_, at) => ({ "system.cpu": 10 * seed + at })));
    await run.finish();
  }
  await page.goto(`${server.url}/${user.name}/${project}`);
  await plot("train/loss").waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a zoom in one panel is the zoom of all, and is taken back where it was made", async () => {
  const box = await plot("train/loss").boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 4 });
  const answer = page.waitForResponse((response) => {
    const url = decodeURIComponent(response.url());
    return url.includes("/api/series/") && /train\/accuracy.*"from":\d/.test(url);
  });
  await page.mouse.up();
  await answer;
  const reset = page.getByRole("button", { name: "Reset zoom" });
  await reset.waitFor();
  assert.equal(await reset.count(), 1, "one panel has the button");
  await assertAccessible(page);
  await reset.click();
  await reset.waitFor({ state: "detached" });
});

test("the crosshair reads every run at one place, in every panel", async () => {
  const box = await plot("train/loss").boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  const tip = page.locator(".tip");
  await tip.getByText("run-1").waitFor();
  await tip.getByText("run-2").waitFor();
  await tip.getByText(/^Step \d+$/).waitFor();
  await panel("train/accuracy").locator(".over .line").waitFor();
  await page.mouse.move(5, 5);
  await tip.waitFor({ state: "detached" });
});

test("an expression of metrics is drawn instead of them, and one that cannot be read says so", async () => {
  await edit("train/loss");
  const field = drawer().getByLabel("Expressions");
  await field.fill("train/loss - val/loss");
  await preview().getByRole("img", { name: /train\/loss - val\/loss, 2 runs/ }).waitFor();
  const { heading, of } = await read(preview(), 0.5);
  const row = curve(300, 1)[number(heading.replace(/\D/g, ""))];
  assert.ok(Math.abs(of("run-1") - (row["train/loss"] - row["val/loss"])) < 1e-3, "the difference at that step");
  await field.fill("train/loss -");
  await drawer().getByText("“train/loss -” cannot be read as an expression.").first().waitFor();
  await assertAccessible(page);
  await field.fill("");
  await preview().getByRole("img", { name: /train\/loss, 2 runs/ }).waitFor();
  await restore("train/loss");
});

test("x is a step, a time or a metric, within a range, on a log scale", async () => {
  await edit("train/loss", "Settings");
  const axis = drawer().getByLabel("X axis", { exact: true });
  await axis.selectOption("_runtime");
  assert.match((await read(preview(), 0.5)).heading, /1m \d+s/);
  await axis.selectOption("train/accuracy");
  assert.match((await read(preview(), 0.5)).heading, /^train\/accuracy 0\.\d/);
  await axis.selectOption("_step");
  const step = async (part) => number((await read(preview(), part)).heading.replace(/\D/g, ""));
  await drawer().getByLabel("x from", { exact: true }).fill("100");
  await drawer().getByLabel("x to", { exact: true }).fill("200");
  await drawer().getByLabel("x to", { exact: true }).press("Tab");
  assert.ok((await step(0.02)) >= 100 && (await step(0.98)) <= 200, "the range");
  await drawer().getByLabel("x from", { exact: true }).fill("1");
  await drawer().getByLabel("x to", { exact: true }).fill("100");
  await drawer().getByLabel("x to", { exact: true }).press("Tab");
  await drawer().getByLabel("Logarithmic x", { exact: true }).check();
  assert.equal(await step(0.5), 10, "the middle between 1 and 100");
  const before = await picture(preview());
  await drawer().getByLabel("Logarithmic y", { exact: true }).check();
  await redrawn(preview(), before);
  await restore("train/loss");
});

test("lines are smoothed in four ways, with the original faint behind", async () => {
  await edit("train/loss", "Settings");
  const raw = (await read(preview(), 0.1)).of("run-1");
  const found = [];
  for (const kind of ["exponentialTimeWeighted", "exponential", "gaussian", "average"]) {
    await drawer().getByLabel("Smoothing", { exact: true }).selectOption(kind);
    await drawer().getByLabel("Weight", { exact: true }).fill(kind.startsWith("exp") ? "0.9" : "20");
    const value = (await read(preview(), 0.1)).of("run-1");
    assert.ok(value > 0.2 && value < 2.5, `${kind}: ${value}`);
    found.push(value);
  }
  assert.equal(new Set([raw, ...found]).size, 5, `all different: ${[raw, ...found]}`);
  const before = await picture(preview());
  await drawer().getByLabel("Show original", { exact: true }).uncheck();
  await redrawn(preview(), before);
  await restore("train/loss");
});

test("outliers are left out of the range when asked", async () => {
  await edit("spiky", "Settings");
  const height = async () => {
    const box = await preview().locator(".u-over").boundingBox();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    const dots = preview().locator(".over .dot");
    await dots.nth(1).waitFor();
    await page.waitForTimeout(100);
    const [a, b] = await dots.evaluateAll((all) => all.map((dot) => Number.parseFloat(dot.style.top)));
    return Math.abs(a - b);
  };
  assert.ok((await height()) < 2, "two lines are one beside a peak");
  await drawer().getByLabel("Ignore outliers", { exact: true }).check();
  assert.ok((await height()) > 10, "and apart without it");
  await restore("spiky");
});

test("runs become one line with a band, by a column, or all together", async () => {
  await edit("val/loss");
  await drawer().getByLabel("Group runs").check();
  await preview().getByText("All runs").waitFor();
  await drawer().getByRole("button", { name: "Settings", exact: true }).click();
  const band = async () => (await read(preview(), 0.5)).lines[0][2] ?? "";
  const bands = [];
  for (const kind of ["minmax", "stddev", "stderr", "none"]) {
    await drawer().getByLabel("Band of a group", { exact: true }).selectOption(kind);
    bands.push(await band());
  }
  // The standard error of two runs reaches just as far as the two.
  assert.equal(new Set(bands).size, 3, `others: ${bands}`);
  assert.equal(bands[0], bands[2]);
  assert.equal(bands[3], "", "none is none");
  const mean = (await read(preview(), 0.5)).lines[0][1];
  await drawer().getByLabel("Line of a group", { exact: true }).selectOption("max");
  assert.ok(number((await read(preview(), 0.5)).lines[0][1]) > number(mean));
  await drawer().getByRole("button", { name: "Data", exact: true }).click();
  await drawer().getByLabel("Group by", { exact: true }).fill("config.lr");
  await drawer().getByLabel("Group by", { exact: true }).press("Tab");
  await preview().getByText("lr: 0.2").waitFor();
  await assertAccessible(page);
  await restore("val/loss");
});

test("metrics are told apart by their strokes, lines are named by a template, and a plot has as many runs as it may", async () => {
  await edit("train/loss");
  await drawer().getByLabel("Find metrics by a regular expression").check();
  await drawer().getByLabel("Regular expression", { exact: true }).fill("^(train|val)/loss$");
  // As many names as stand there whole; the others are counted.
  await preview().getByText("run-2 train/loss").waitFor();
  await preview().getByText(/^\+?\d+ more$/).waitFor();
  await drawer().getByLabel("Name of a line", { exact: true }).fill("${run:displayName}");
  await preview().getByText("run-1", { exact: true }).nth(1).waitFor();
  const dashes = await preview().locator(".legend path").evaluateAll((all) => all.map((one) => one.getAttribute("stroke-dasharray")));
  assert.equal(new Set(dashes).size, 2, "a stroke a metric");
  await drawer().getByLabel("Name of a line", { exact: true }).fill("${run:displayName} lr ${config:lr}");
  await preview().getByText("run-1 lr 0.1").first().waitFor();
  await drawer().getByRole("button", { name: "Settings", exact: true }).click();
  await drawer().getByLabel("Most runs", { exact: true }).fill("1");
  await drawer().getByLabel("Most runs", { exact: true }).press("Tab");
  await preview().getByRole("img", { name: /, 2 runs/ }).waitFor();
  assert.equal(await preview().getByText("run-2 lr 0.2").count() + (await preview().getByText("run-1 lr 0.1").count()), 2);
  await drawer().getByLabel("Legends", { exact: true }).uncheck();
  await preview().locator(".legend").waitFor({ state: "detached" });
  await restore("train/loss");
});

test("values that are NaN or infinite are counted, marked where they were logged, and read there", async () => {
  await panel("broken").scrollIntoViewIfNeeded();
  await panel("broken").getByRole("img", { name: "6 values are NaN or infinite" }).waitFor();
  assert.equal(await panel("broken").locator(".legend .unusual svg").count(), 3, "a mark of each kind");
  for (const [at, said] of [[100, "NaN"], [200, "∞"], [250, "−∞"]]) {
    const { heading, lines } = await read(panel("broken"), (at + 0.4) / 299);
    assert.equal(heading, `Step ${at}`);
    assert.ok(lines.every(([, value]) => value === said), `${at}: ${lines}`);
  }
  // A line of nothing else is a line of marks.
  await panel("lost").scrollIntoViewIfNeeded();
  await panel("lost").getByRole("img", { name: /lost, 2 runs/ }).waitFor();
  assert.equal((await read(panel("lost"), 0.5)).lines[0][1], "NaN");
  await assertAccessible(page);
});

test("system metrics have panels of their own, over time", async () => {
  const cpu = page.locator('[data-panel$="system.cpu"]').first();
  const section = page.getByRole("region", { name: "System", exact: true });
  await section.scrollIntoViewIfNeeded();
  if ((await cpu.count()) === 0) await section.getByRole("button", { name: /^System/ }).click();
  await cpu.scrollIntoViewIfNeeded();
  await cpu.getByRole("img", { name: /system\.cpu, 2 runs/ }).waitFor();
  assert.match((await read(cpu, 0.5)).heading, /\dm|\ds/);
});

test("no panel asks another server for anything", async () => {
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url())));
  await page.reload();
  await plot("train/loss").waitFor();
  const own = new URL(server.url).host;
  const others = asked.filter(({ protocol, host }) => /^http/.test(protocol) && host !== own);
  assert.deepEqual(others.map(String), []);
  assert.deepEqual(page.problems, []);
});
