/** What people do with the panels of a project: zoom them all at once, read them at one place, put them on a log scale. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, open } from "../lib/browser.mjs";
import { curve, LoggedRun } from "../lib/client.mjs";
import { startServer } from "../lib/server.mjs";

const user = { name: "ada", email: "ada@example.org", password: "a long enough phrase" };
const project = "panels";
let server, browser, page;

const panel = (metric) => page.locator(`[data-panel$=":${metric}"]`);
const plot = (metric) => panel(metric).locator(".u-over");

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
  for (const seed of [1, 2]) {
    const place = { entity: user.name, project, name: `panel00${seed}` };
    const run = await LoggedRun.start(server.url, key, { ...place, displayName: `run-${seed}` });
    await run.log(curve(300, seed));
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
