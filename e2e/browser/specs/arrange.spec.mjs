/** What people do with panels and sections as things: copy, move, hide, sort, share and take back. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, open, setUp } from "../lib/browser.mjs";
import { curve, LoggedRun } from "../lib/client.mjs";
import { startServer } from "../lib/server.mjs";

const user = { name: "ada", email: "ada@example.org", password: "a long enough phrase" };
const project = "arrange";
let server, browser, page;

const home = () => `${server.url}/${user.name}/${project}`;
const section = (name) => page.getByRole("region", { name, exact: true });
const panel = (name, title) =>
  section(name).locator("[data-panel]").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
const drawer = () => page.getByRole("dialog");

/** Waits until a section has these panels, in this order. */
async function assertPanels(name, wished) {
  const titles = () => section(name).getByRole("heading", { level: 3 }).allInnerTexts();
  for (let i = 0; i < 60 && JSON.stringify(await titles()) !== JSON.stringify(wished); i += 1) await page.waitForTimeout(50);
  assert.deepEqual(await titles(), wished);
}
async function act(name, title, action) {
  await panel(name, title).first().hover();
  await panel(name, title).first().getByRole("button", { name: `Actions for ${title}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}
async function sectionAct(name, action) {
  await section(name).hover();
  await section(name).getByRole("button", { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).or(page.getByRole("menuitemcheckbox", { name: action, exact: true })).first().click();
}
async function settings(change) {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await change(drawer());
  await page.keyboard.press("Escape");
}

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const key = await setUp(page, server, user);
  const run = await LoggedRun.start(server.url, key, { entity: user.name, project, name: "arrange1", displayName: "run" });
  await run.log(curve(50).map((row) => ({ ...row, "val/deep/far": row["val/loss"] })));
  await run.finish();
  await page.goto(home());
  await panel("train", "loss").waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a panel is duplicated beside itself", async () => {
  await act("train", "loss", "Duplicate");
  await assertPanels("train", ["accuracy", "loss", "train/loss"]);
  await page.keyboard.press("Control+z");
  await assertPanels("train", ["accuracy", "loss"]);
});

test("a panel is moved to another section, and every step is taken back and repeated", async () => {
  await act("train", "loss", /^val/);
  await assertPanels("train", ["accuracy"]);
  await section("val").locator('[data-panel$=":train/loss"]').waitFor();
  await act("train", "accuracy", "Remove panel");
  await section("train").locator("[data-panel]").waitFor({ state: "detached" });
  const undo = page.getByRole("button", { name: "Undo", exact: true });
  const redo = page.getByRole("button", { name: "Redo", exact: true });
  await undo.click();
  await assertPanels("train", ["accuracy"]);
  await undo.click();
  await assertPanels("train", ["accuracy", "loss"]);
  await redo.click();
  await assertPanels("train", ["accuracy"]);
  await undo.click();
  await assertPanels("train", ["accuracy", "loss"]);
});

test("panels are sorted by their titles, and sections made of another prefix", async () => {
  await act("train", "loss", "Edit panel");
  await drawer().getByLabel("Title", { exact: true }).fill("A loss");
  await drawer().getByRole("button", { name: "Done" }).click();
  await assertPanels("train", ["accuracy", "A loss"]);
  await sectionAct("train", "Sort by title");
  await assertPanels("train", ["A loss", "accuracy"]);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await assertPanels("train", ["accuracy", "loss"]);
  await settings((sheet) => sheet.getByLabel("Sections by").selectOption("last"));
  await assertPanels("val/deep", ["far"]);
  await page.keyboard.press("Control+z");
  await section("val/deep").waitFor({ state: "detached" });
});

test("a section without panels is hidden, unless it is asked for", async () => {
  await act("train", "loss", /^val/);
  await act("train", "accuracy", /^val/);
  await section("train").waitFor({ state: "detached" });
  await settings((sheet) => sheet.getByLabel("Show empty sections").check());
  await section("train").getByText("No panels here yet.", { exact: false }).waitFor();
  await assertAccessible(page);
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("Control+z");
  await assertPanels("train", ["accuracy", "loss"]);
});

test("the copied link of a panel opens it alone, and buttons go on from there", async () => {
  await act("train", "accuracy", "Copy link");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.startsWith(home()) && link.includes("panel="), link);
  await page.goto(link);
  const full = (name) => page.getByRole("dialog", { name, exact: true });
  await full("accuracy").getByRole("img", { name: /train\/accuracy/ }).waitFor();
  await full("accuracy").getByRole("button", { name: "Next panel" }).click();
  await full("loss").getByRole("img", { name: /train\/loss/ }).waitFor();
  await full("loss").getByRole("button", { name: "Previous panel" }).click();
  await full("accuracy").waitFor();
  await page.keyboard.press("Escape");
  await full("accuracy").waitFor({ state: "detached" });
});

test("a manual workspace has only what somebody has added", async () => {
  await settings((sheet) => sheet.getByRole("radio", { name: /Manual/ }).check());
  await assertPanels("train", ["train/accuracy", "train/loss"]);
  await act("train", "train/loss", "Remove panel");
  await assertPanels("train", ["train/accuracy"]);
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  await assertPanels("train", ["train/accuracy"]);
  assert.deepEqual(page.problems, []);
});
