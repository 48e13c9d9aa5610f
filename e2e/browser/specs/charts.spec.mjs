/** The charts that programs draw themselves, and what compares runs: custom charts, stacked areas, importance, code. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { assertAccessible, launch, open, setUp } from "../lib/browser.mjs";
import { curve, LoggedRun } from "../lib/client.mjs";
import { startServer } from "../lib/server.mjs";

const user = { name: "ada", email: "ada@example.org", password: "a long enough phrase" };
const project = "charts";
const TABLE = "media/table/animals_table_3_0123456789abcdef0123.table.json";
let server, browser, page;

/** What `wandb.plot.bar(table, "animal", "score", title="Animals")` under the key `animals` writes. */
const drawn = {
  panel_type: "Vega2",
  panel_config: {
    panelDefId: "wandb/bar/v0",
    fieldSettings: { label: "animal", value: "score" },
    stringSettings: { title: "Animals" },
    transform: { name: "tableWithLeafColNames" },
    userQuery: {
      queryFields: [
        {
          name: "runSets",
          args: [{ name: "runSets", value: "${runSets}" }],
          fields: [
            { name: "id", fields: [] },
            { name: "name", fields: [] },
            { name: "summaryTable", args: [{ name: "tableKey", value: "animals_table" }], fields: [] },
          ],
        },
      ],
    },
  },
};
/** What `wandb.plot_table("ada/my-points", table, {…}, {"title": "Named"})` writes before there is such a preset. */
const named = {
  ...drawn,
  panel_config: { ...drawn.panel_config, panelDefId: "ada/my-points", stringSettings: { title: "Named" } },
};
const panel = (name) => page.getByRole("article", { name, exact: true });
const drawer = () => page.getByRole("dialog");

async function log(key, seed) {
  const run = await LoggedRun.start(server.url, key, {
    ...{ entity: user.name, project, name: `charts0${seed}`, displayName: `run-${seed}` },
    config: { lr: seed / 10 },
    own: { visualize: { animals: drawn, named } },
  });
  const data = [["cat", seed], ["dog", 2 * seed], ["owl", 3]];
  await run.upload(TABLE, JSON.stringify({ columns: ["animal", "score"], data }));
  await run.upload("code/train.py", `import wandb\nlr = 0.${seed}\nwandb.init()\n`);
  const table = { _type: "table-file", path: TABLE, ncols: 2, nrows: 3, size: 90 };
  await run.log([...curve(100, seed), { animals_table: table }]);
  await run.finish();
}

/** A run with a config and a result, so that there is something to explain. */
async function logPlain(key, seed) {
  const run = await LoggedRun.start(server.url, key, {
    ...{ entity: user.name, project, name: `plain0${seed}`, displayName: `plain-${seed}` },
    config: { lr: seed / 10, seed: (seed * 7) % 5 },
  });
  await run.log([{ "train/loss": 2 * seed }]);
  await run.finish();
}

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
  const key = await setUp(page, server, user);
  for (const seed of [3, 4, 5, 6, 7, 8, 9, 10]) await logPlain(key, seed);
  for (const seed of [1, 2]) await log(key, seed);
});
beforeEach(() => page.goto(`${server.url}/${user.name}/${project}`));
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Adds a panel of a type and leaves its form open. */
async function add(type) {
  await page.getByRole("button", { name: "Add", exact: true }).first().click();
  await page.getByRole("menuitem", { name: "Add panel", exact: true }).click();
  await drawer().getByRole("button", { name: type, exact: true }).click();
}
const done = () => drawer().getByRole("button", { name: "Done" }).click();

test("a chart that a program drew is in the workspace, drawn from its table under the page's strict policy", async () => {
  const chart = panel("Animals");
  await chart.getByText("owl").waitFor();
  for (const word of ["cat", "dog", "run-1", "run-2"]) await chart.getByText(word).first().waitFor();
  assert.equal(await chart.locator('[aria-roledescription="bar"]').count(), 6);
  await assertAccessible(page);
  assert.deepEqual(page.problems, [], "no script is made of text");
});

test("its definition is edited, with a preview and with errors where it stops", async () => {
  await panel("Animals").focus();
  await page.keyboard.press("e");
  const editor = drawer().getByRole("textbox", { name: "Definition (Vega or Vega-Lite)" });
  // The named definition is there when it has been loaded.
  await page.waitForFunction(() => /"\$\{field:label\}"/.test(document.querySelector("dialog textarea[rows='16']")?.value));
  await editor.fill('{"mark": ');
  await drawer().getByText(/The definition is not JSON/).waitFor();
  const other = { mark: "point", encoding: { x: { field: "${field:value}" }, text: { value: "x" } } };
  await editor.fill(JSON.stringify(other));
  await drawer().locator('[aria-roledescription="point"]').first().waitFor();
  await assertAccessible(page);
  await drawer().getByRole("button", { name: "Use the named definition" }).click();
  await drawer().locator('[aria-roledescription="bar"]').first().waitFor();
  await done();
});

test("a definition is kept as a preset, which charts name, is changed for all of them, and deleted", async () => {
  const shape = (mark) => ({ mark, encoding: { x: { field: "${field:value}", type: "quantitative" } } });
  const marks = (where, mark) => where.locator(`[aria-roledescription="${mark}"]`).first();
  const editor = () => drawer().getByRole("textbox", { name: "Definition (Vega or Vega-Lite)" });
  const asked = (name) => page.getByRole("dialog", { name, exact: true });
  await panel("Named").getByText("The chart “ada/my-points” is not defined on this server.", { exact: false }).waitFor();
  await panel("Animals").focus();
  await page.keyboard.press("e");
  await editor().fill(JSON.stringify(shape("point")));
  await marks(drawer(), "point").waitFor();
  await drawer().getByRole("button", { name: "Save as preset" }).click();
  await asked("Save as preset").getByLabel("Name of the preset").fill("My points");
  await asked("Save as preset").getByText("Programs name it ada/my-points.").waitFor();
  await assertAccessible(page);
  await asked("Save as preset").getByRole("button", { name: "Save", exact: true }).click();
  await drawer().getByText("Drawn by the preset “My points”", { exact: false }).waitFor();
  assert.equal(await drawer().getByLabel("Chart", { exact: true }).inputValue(), "ada/my-points");
  await assertAccessible(page);
  await done();
  await marks(panel("Named"), "point").waitFor();

  await page.reload();
  await marks(panel("Animals"), "point").waitFor();
  await panel("Animals").focus();
  await page.keyboard.press("e");
  await page.waitForFunction(() => /"point"/.test(document.querySelector("dialog textarea[rows='16']")?.value));
  await editor().fill(JSON.stringify(shape("tick")));
  await marks(drawer(), "tick").waitFor();
  assert.equal(await marks(panel("Named"), "tick").count(), 0, "this panel's own so far");
  await drawer().getByRole("button", { name: "Save to “My points”" }).click();
  await marks(panel("Named"), "tick").waitFor();
  await drawer().getByRole("button", { name: "Name and access" }).click();
  await asked("Name and access").getByLabel("Name of the preset").fill("My ticks");
  await asked("Name and access").getByLabel("Everybody may use it").check();
  await asked("Name and access").getByRole("button", { name: "Save", exact: true }).click();
  await drawer().getByText("Drawn by the preset “My ticks”", { exact: false }).waitFor();
  await drawer().getByLabel("Chart", { exact: true }).selectOption("wandb/bar/v0");
  await marks(drawer(), "bar").waitFor();
  await drawer().getByLabel("Chart", { exact: true }).selectOption({ label: "My ticks (ada/my-points)" });
  await marks(drawer(), "tick").waitFor();

  await drawer().getByRole("button", { name: "Delete preset" }).click();
  await asked("Delete preset").getByRole("button", { name: "Delete preset" }).click();
  await panel("Named").getByText("is not defined on this server", { exact: false }).waitFor();
  await marks(drawer(), "tick").waitFor();
  await drawer().getByLabel("Chart", { exact: true }).selectOption("wandb/bar/v0");
  await done();
  await marks(panel("Animals"), "bar").waitFor();
  assert.deepEqual(page.problems, []);
});

test("a definition that asks another server for data is refused and says so", async () => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await panel("Animals").focus();
  await page.keyboard.press("e");
  const remote = { data: { url: "https://example.org/a.json" }, mark: "bar" };
  await drawer().getByRole("textbox", { name: "Definition (Vega or Vega-Lite)" }).fill(JSON.stringify(remote));
  await drawer().getByText("The chart asks for https://example.org/a.json").waitFor();
  assert.deepEqual(asked.filter((url) => url.includes("example.org")), []);
  await drawer().getByRole("button", { name: "Use the named definition" }).click();
  await done();
});

test("lines become areas on each other; axes and smoothing are in one place of the drawer", async () => {
  await panel("loss").first().focus();
  await page.keyboard.press("e");
  await drawer().getByLabel("Drawn as").selectOption("stacked-area");
  assert.equal(await drawer().getByText("Smoothing", { exact: true }).count(), 0);
  await drawer().getByRole("button", { name: "Settings" }).click();
  assert.equal(await drawer().getByText("Smoothing", { exact: true }).count(), 1);
  await done();
});

/** Writes into a field of the drawer that is heard when it is left. */
async function write(label, text, at = 0) {
  const field = drawer().getByLabel(label, { exact: true }).nth(at);
  await field.fill(text);
  await field.press("Tab");
}
/** The widths of the bars of a panel, or their heights. */
const extents = (chart, which) =>
  chart.locator("svg g > path:first-of-type").evaluateAll((all, size) => all.map((one) => one.getBBox()[size]), which);

test("bars show the last values of runs, lying or standing, and become boxes and violins of groups", async () => {
  await add("Bar chart");
  await write("Title", "Losses");
  await write("Metrics", "train/loss");
  await drawer().getByText("plain-10", { exact: true }).waitFor();
  const lying = await extents(drawer(), "width");
  assert.equal(lying.length, 8, "a bar a run that has one");
  assert.ok(Math.max(...lying) > 50);
  await drawer().getByLabel("Standing").check();
  const standing = await extents(drawer(), "height");
  assert.ok(Math.max(...standing) > 50 && Math.max(...(await extents(drawer(), "width"))) < 40, "upright");
  await drawer().getByLabel("Shape").selectOption("boxplot");
  await drawer().locator("path.median").waitFor({ state: "attached" });
  assert.equal(await drawer().locator("path.median").count(), 1, "all runs are one box");
  await drawer().getByLabel("Group runs").check();
  await write("Group by", "config.seed");
  await drawer().locator("path.median").nth(3).waitFor({ state: "attached" });
  await drawer().getByLabel("Shape").selectOption("violin");
  await drawer().locator("path.body").nth(3).waitFor();
  await assertAccessible(page);
  await done();
  await panel("Losses").locator("path.body").nth(3).waitFor();
});

test("a scatter plot has a third column as colour and the best so far through its points", async () => {
  await add("Scatter plot");
  await write("Title", "Sweep");
  await write("Column", "config.lr");
  await write("Column", "summary_metrics.train/loss", 1);
  const circles = drawer().locator("circle");
  await circles.nth(7).waitFor();
  const colors = () => circles.evaluateAll((all) => [...new Set(all.map((one) => one.style.fill))]);
  await write("Column", "config.seed", 2);
  await page.waitForFunction(() => document.querySelector("dialog circle")?.style.fill.startsWith("color-mix"));
  assert.ok((await colors()).length > 3, "a colour a value");
  const through = drawer().locator("path.through");
  for (const [index, kind] of ["Running minimum", "Running maximum", "Running mean"].entries()) {
    await drawer().getByLabel(kind).check();
    await through.nth(index).waitFor({ state: "attached" });
  }
  const shapes = await through.evaluateAll((all) => all.map((one) => one.getAttribute("d")));
  assert.equal(new Set(shapes).size, 3, "three lines");
  await drawer().getByLabel("Log scale").first().check();
  await page.waitForFunction((was) => document.querySelector("dialog path.through")?.getAttribute("d") !== was, shapes[0]);
  await assertAccessible(page);
  await done();
  await panel("Sweep").locator("circle").first().hover();
  await panel("Sweep").locator(".tip").getByText(/train\/loss/).waitFor();
});

test("one number stands for all runs", async () => {
  await add("Scalar");
  await write("Metric", "train/loss");
  await done();
  // 6 to 20.
  const value = panel("train/loss").locator(".value");
  await value.waitFor();
  assert.equal(await value.innerText(), "13");
});

test("parallel coordinates: brushing an axis chooses runs, dragging a title moves its axis", async () => {
  await add("Parallel coordinates");
  for (const column of ["config.lr", "config.seed", "summary_metrics.train/loss"]) await write("Columns", column);
  await done();
  const chart = panel("Parallel coordinates");
  await chart.scrollIntoViewIfNeeded();
  await chart.locator("path.run").nth(9).waitFor();
  const axes = () => chart.locator("text.title").evaluateAll((all) => all.map((one) => one.textContent.trim()));
  assert.deepEqual(await axes(), ["lr", "seed", "train/loss"]);
  const box = await chart.getByRole("slider", { name: "Choose runs by lr" }).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  const out = await chart.locator("path.run.out").count();
  assert.ok(out > 2 && out < 8, `about half is left out: ${out}`);
  await chart.getByRole("button", { name: "Clear" }).click();
  await chart.locator("path.run.out").first().waitFor({ state: "detached" });
  await chart.getByRole("slider", { name: "Choose runs by seed" }).focus();
  await page.keyboard.press("ArrowUp");
  await chart.locator("path.run.out").first().waitFor({ state: "attached" });
  await page.keyboard.press("Escape");
  await chart.locator("path.run.out").first().waitFor({ state: "detached" });

  const title = await chart.getByRole("button", { name: "Move the axis lr" }).boundingBox();
  const far = await chart.getByRole("button", { name: "Move the axis train/loss" }).boundingBox();
  await page.mouse.move(title.x + title.width / 2, title.y + title.height / 2);
  await page.mouse.down();
  await page.mouse.move(far.x + far.width / 2, far.y + far.height / 2, { steps: 6 });
  await page.mouse.up();
  await chart.locator("text.title", { hasText: "lr" }).and(chart.locator("text.title").last()).waitFor();
  assert.deepEqual(await axes(), ["seed", "train/loss", "lr"]);
  await assertAccessible(page);
});

test("runs are compared side by side, all of it or only what differs", async () => {
  await add("Run comparer");
  await done();
  const comparer = panel("Run comparer");
  await comparer.scrollIntoViewIfNeeded();
  await comparer.getByRole("rowheader", { name: "lr", exact: true }).waitFor();
  await comparer.getByRole("rowheader", { name: "jobType", exact: true }).waitFor({ state: "detached" });
  const rows = () => comparer.getByRole("rowheader").count();
  const all = await rows();
  await comparer.getByLabel("Differences only").check();
  await page.waitForFunction((was) => document.querySelectorAll("article th[scope=row]").length < was, all);
  await comparer.getByRole("rowheader", { name: "lr", exact: true }).waitFor();
  await comparer.getByPlaceholder("Search columns").fill("seed");
  await comparer.getByRole("rowheader", { name: "lr", exact: true }).waitFor({ state: "detached" });
  await assertAccessible(page);
});

test("a text is written as Markdown with formulas", async () => {
  await add("Markdown");
  await drawer().locator(".form textarea").fill("# Findings\n\nLoss is $L = \\sum_i p_i$ and **low**.\n\n<script>top.owned = 1</script>");
  await drawer().getByRole("heading", { name: "Findings" }).waitFor();
  await done();
  const text = page.locator("article").filter({ has: page.getByRole("heading", { name: "Findings" }) });
  await text.locator("math, .katex").first().waitFor();
  await text.locator("strong").getByText("low").waitFor();
  assert.equal(await page.evaluate(() => globalThis.owned), undefined);
  await assertAccessible(page);
});

test("the code of two runs is compared", async () => {
  await add("Code comparer");
  await done();
  const code = panel("Code comparer");
  await code.getByText("lr = 0.", { exact: false }).first().waitFor();
  assert.equal(await code.locator(".removed").count(), 1);
  assert.equal(await code.locator(".added").count(), 1);
  await code.getByLabel("File").selectOption({ label: "train.py" });
  await assertAccessible(page);
});

test("importance asks which metric the parameters should explain", async () => {
  await add("Parameter importance");
  await done();
  const importance = panel("Parameter importance");
  await importance.getByText("Choose the metric that the parameters should explain.").waitFor();
  await importance.getByLabel("With respect to").selectOption("train/loss");
  const told = panel("Parameter importance for train/loss");
  await told.getByRole("rowheader", { name: "lr" }).waitFor();
  await told.getByPlaceholder("Search parameters").fill("seed");
  await told.getByRole("rowheader", { name: "lr" }).waitFor({ state: "detached" });
  await assertAccessible(page);
});
