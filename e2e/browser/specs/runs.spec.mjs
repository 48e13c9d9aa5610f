/** The runs of a project as somebody works with them: find, order, group, compare, label, take away. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from "../lib/browser.mjs";
import { curve, LoggedRun } from "../lib/client.mjs";
import { startServer } from "../lib/server.mjs";

const user = "ada";
const password = "a long enough phrase";
const place = { entity: user, project: "search" };
/** Less is better for any loss. */
const defined = [{ 2: "*loss", 8: 1 }];
let server, browser, page, key;

before(async () => {
  server = await startServer();
  key = server.run?.(["user", "create", user, "--password-stdin", "--print-api-key"], password) ?? "fixture";
  for (let index = 0; index < 12; index += 1) {
    const run = await LoggedRun.start(server.url, key, {
      ...place,
      name: `find${String(index).padStart(4, "0")}`,
      displayName: `trial-${index}`,
      config: { lr: [0.1, 0.01, 0.001][index % 3], optimizer: index % 2 ? "sgd" : "adamw", seed: index },
      tags: index < 4 ? ["first"] : [],
      own: { m: defined },
    });
    await run.log(curve(30, index + 1));
    await run.finish(index === 5 ? 1 : 0);
  }
  browser = await launch();
  page = await open(browser);
  if (process.env.RUNSTEAD_FIXTURE === "1") return;
  await page.goto(`${server.url}/login`);
  await page.getByLabel("User name or e-mail").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const tool = (name) => page.getByRole("toolbar").getByRole("button", { name: new RegExp(`^${name}`) });
const sheet = (name) => page.getByRole("dialog", { name, exact: true });
const names = () => page.locator("[role=row] a").allInnerTexts();
const counted = (text) => page.locator(".runs").getByText(text, { exact: true }).waitFor();
const head = (name) =>
  page
    .getByRole("columnheader", { name: new RegExp(`^${name}`) })
    .getByRole("button")
    .first();
const row = (name) => page.getByRole("row", { name: new RegExp(`${name}( |$)`) });

/** The names of the rows, once they are these. */
async function listed(expected) {
  for (let tries = 0; tries < 50; tries += 1) {
    if (JSON.stringify(await names()) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual(await names(), expected);
}
async function pick(dialog, text) {
  const field = dialog.getByRole("combobox", { name: /column/ }).last();
  await field.fill(text);
  await field.press("Enter");
}

test("the list beside the charts opens as a table, and a link leads to it", async () => {
  await page.goto(`${server.url}/${user}/search`);
  await counted("12 runs");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Open as a table" }).click();
  await page.waitForURL(/\/search\/runs$/);
  assert.equal((await names()).length, 12);
  await assertAccessible(page);
});

test("there is a column for every key of config and summary, but for bookkeeping", async () => {
  await head("lr").waitFor();
  const grid = page.locator(".grid");
  const seen = new Set();
  for (let left = 0; left < 3000; left += 600) {
    await grid.evaluate((box, left) => (box.scrollLeft = left), left);
    await page.waitForTimeout(200);
    for (const text of await page.getByRole("columnheader").allInnerTexts()) seen.add(text.trim());
  }
  for (const name of ["lr", "optimizer", "seed", "learning_rate", "train/accuracy", "val/loss"]) {
    assert.ok(seen.has(name), `${name} in ${[...seen].join(", ")}`);
  }
  assert.ok(![...seen].some((name) => name.startsWith("_")), [...seen].join(", "));
  await grid.evaluate((box) => (box.scrollLeft = 0));
});

test("columns are found, shown, pinned and moved by the keyboard", async () => {
  await tool("Columns").click();
  const dialog = sheet("Columns");
  await dialog.getByRole("searchbox").fill("notes|user|sweep|duration|config|summary");
  await dialog.getByRole("button", { name: "Hide all of these" }).click();
  await dialog.getByRole("searchbox").fill("^(config:lr|config:optimizer|summary:val/loss)$");
  await dialog.getByRole("button", { name: "Show all of these" }).click();
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await head("val/loss").focus();
  await page.keyboard.press("Alt+ArrowLeft");
  await page.keyboard.press("Alt+ArrowLeft");
  const order = await page.getByRole("columnheader").allInnerTexts();
  const at = (name) => order.findIndex((text) => text.startsWith(name));
  assert.ok(at("val/loss") < at("lr"), order.join(", "));
  await page.reload();
  await head("val/loss").waitFor();
});

test("filters are built by type, and are the same as text", async () => {
  await page.locator(".grid").focus();
  await page.keyboard.press("f");
  const dialog = sheet("Filter");
  await dialog.getByRole("button", { name: "Add filter" }).click();
  await pick(dialog, "^config:lr$");
  await dialog.getByRole("combobox", { name: "Comparison" }).selectOption(">=");
  await dialog.getByRole("textbox", { name: "Value" }).fill("0.01");
  await counted("8 runs");
  await dialog.getByRole("button", { name: "Add filter" }).click();
  await pick(dialog, "^run:state$");
  await dialog.getByRole("button", { name: "Finished" }).click();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "As text" }).click();
  const text = dialog.getByRole("textbox");
  assert.equal(await text.inputValue(), "config.lr >= 0.01 and state in [finished]");
  await text.fill('config.lr >= 0.01 and (tags = first or name ~ "-1[01]$") and created within 1d');
  await counted("4 runs");
  await text.fill("config.lr >=");
  await dialog.getByRole("alert").waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Remove all" }).click();
  await page.keyboard.press("Escape");
  await counted("12 runs");
});

test("runs are sorted by two keys", async () => {
  await head("optimizer").click();
  await tool("Sort").click();
  await pick(sheet("Sort"), "^config:seed$");
  await page.keyboard.press("Escape");
  const seeds = [10, 8, 6, 4, 2, 0, 11, 9, 7, 5, 3, 1];
  await listed(seeds.map((seed) => `trial-${seed}`));
});

test("groups show what their runs come to, and open", async () => {
  await page.locator(".grid").focus();
  await page.keyboard.press("g");
  await pick(sheet("Group"), "^config:optimizer$");
  await pick(sheet("Group"), "^config:lr$");
  await page.keyboard.press("Escape");
  const group = (name) => page.getByRole("row").getByRole("button", { name });
  await group("optimizer adamw").click();
  await group("lr 0.1").click();
  await listed(["trial-6", "trial-0"]);
  assert.match(await page.getByRole("row", { name: /optimizer adamw/ }).innerText(), /6[\s\S]*±/);
  await assertAccessible(page);
  await page.getByText("12 shown").waitFor();
  const saved = page.waitForResponse((answer) => /upsertView/.test(answer.request().postData() ?? ""));
  await page.getByRole("button", { name: "Show adamw in charts" }).click();
  await page.getByText("6 shown").waitFor();
  await saved;
  await page.reload();
  await page.getByText("6 shown").waitFor();
  await group("optimizer sgd").waitFor();
  await page.getByRole("button", { name: "Show adamw in charts" }).click();
  await page.getByText("12 shown").waitFor();
  await page.locator(".grid").focus();
  await page.keyboard.press("g");
  for (const key of ["optimizer", "lr"]) {
    await sheet("Group")
      .getByRole("button", { name: `Remove ${key}` })
      .click();
  }
  await page.keyboard.press("Escape");
  await page.locator("[role=row] a").nth(11).waitFor();
});

test("many runs get a tag at once", async () => {
  await page.locator(".grid").focus();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByText("2 selected").waitFor();
  await page.getByRole("toolbar", { name: "2 selected" }).getByRole("button", { name: "Tags" }).click();
  await page.getByRole("textbox", { name: "Tags to add" }).fill("shortlist");
  await page.keyboard.press("Enter");
  await page.getByText("2 runs changed.").waitFor();
  await row("trial-10").getByText("shortlist").waitFor();
  await assertAccessible(page);
  await page.getByRole("button", { name: "Clear" }).click();
});

test("a pinned baseline shows what is better and worse", async () => {
  await row("trial-6").getByRole("link").hover();
  await row("trial-6").getByRole("button", { name: "Actions of trial-6" }).click();
  await assertAccessible(page);
  await page.getByRole("menuitemcheckbox", { name: "Compare others with it" }).click();
  await page.getByText("Better than the baseline").first().waitFor();
  await page.getByText("Worse than the baseline").first().waitFor();
  assert.equal((await names())[0], "trial-6", "the baseline stays on top");
  await assertAccessible(page);
});

test("a pinned run, which is there twice, is renamed in either place", async () => {
  for (const [at, before, after] of [[0, "trial-6", "above"], [1, "above", "trial-6"]]) {
    const copy = row(before).nth(at);
    await copy.getByRole("link").hover();
    await copy.getByRole("button", { name: `Actions of ${before}` }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    const field = page.locator(".grid").getByRole("textbox", { name: "Name" });
    await field.fill(after);
    await field.press("Enter");
    await row(after).nth(1).waitFor();
    assert.equal(await row(after).count(), 2);
  }
});

test("a run is renamed in place", async () => {
  await row("trial-11")
    .getByRole("link")
    .locator("..")
    .dblclick({ position: { x: 180, y: 14 } });
  const field = page.getByRole("textbox", { name: "Name" });
  await field.fill("winner");
  await field.press("Enter");
  await row("winner").getByRole("link").waitFor();
});

test("all matching runs leave as CSV", async () => {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("menuitem", { name: "Shown columns as CSV" }).click();
  const file = await waiting;
  const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
  assert.equal(lines.length, 13);
  assert.match(lines[0], /^id,displayName,.*summary_metrics\.val\/loss/);
  assert.ok(lines.some((line) => line.includes("winner")));
});

test("fewer runs are drawn when somebody says so", async () => {
  await page.getByText("12 shown").click();
  await page.getByRole("menuitemcheckbox", { name: "10", exact: true }).click();
  await page.getByText("10 shown").waitFor();
  await page.getByText("10 shown").click();
  await page.getByRole("menuitemcheckbox", { name: "1,000", exact: true }).click();
  await page.getByText("12 shown").waitFor();
});

test("a run that begins now is told, and does not move the rows", async () => {
  const before = await names();
  await LoggedRun.start(server.url, key, { ...place, name: "late0001", displayName: "latecomer" });
  await page.getByRole("button", { name: "1 new run" }).waitFor();
  assert.deepEqual(await names(), before);
  await page.getByRole("button", { name: "1 new run" }).click();
  await counted("13 runs");
});

test("runs are deleted after a question that says how many", async () => {
  await page.getByRole("checkbox", { name: "Select latecomer" }).check();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete" });
  await dialog.getByText("1 run goes to the trash").waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByText("1 run deleted.").waitFor();
  await counted("12 runs");
});

test("on a phone the table is cards, which are renamed in place, too", async () => {
  await page.setViewportSize(sizes.phone);
  await page.locator(".grid.cards").waitFor();
  await page.getByRole("button", { name: "Actions of winner" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  const field = page.locator(".grid").getByRole("textbox", { name: "Name" });
  await field.fill("champion");
  await field.press("Enter");
  await page.getByRole("link", { name: "champion", exact: true }).waitFor();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
  await page.setViewportSize(sizes.desktop);
  assert.deepEqual(page.problems, []);
});
