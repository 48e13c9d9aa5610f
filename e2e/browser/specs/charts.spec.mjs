/** The charts that programs draw themselves, and what compares runs: custom charts, stacked areas, importance, code. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { assertAccessible, launch, open } from "../lib/browser.mjs";
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
const panel = (name) => page.getByRole("article", { name, exact: true });
const drawer = () => page.getByRole("dialog");

async function log(key, seed) {
  const run = await LoggedRun.start(server.url, key, {
    ...{ entity: user.name, project, name: `charts0${seed}`, displayName: `run-${seed}` },
    config: { lr: seed / 10 },
    own: { visualize: { animals: drawn } },
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
  await page.goto(server.setupUrl);
  await page.getByLabel("User name").fill(user.name);
  await page.getByLabel("E-mail").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Create user" }).click();
  await page.waitForURL(/\/authorize$/);
  await page.getByLabel("Name of the key").fill("laptop");
  await page.getByRole("button", { name: "Create key" }).click();
  const key = (await page.locator("code.secret").innerText()).trim();
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
