/** Projects of the size that the goals speak of, logged as the client does, many runs at once. */
import { LoggedRun, post } from "../lib/client.mjs";

/** Runs that are made at the same time. */
const SENDERS = 8;
const words = ["adam", "sgd", "lion", "adagrad"];

/** The same numbers every time. */
export function randomFrom(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Every tenth key is a word of four, the others are numbers. */
function keys(prefix, count, random) {
  const value = (key) => (key % 10 === 0 ? words[Math.floor(random() * 4)] : Number(random().toFixed(4)));
  return Object.fromEntries(Array.from({ length: count }, (_, key) => [`${prefix}${key}`, value(key)]));
}

/** Curves of metrics `group_N/metric_N`, ten a group. */
export function rows(metrics, steps, random) {
  const decay = Array.from({ length: metrics }, () => 1 + random() * 4);
  return Array.from({ length: steps }, (_, step) => {
    const row = {};
    for (let metric = 0; metric < metrics; metric += 1) {
      const value = Math.exp((-step * decay[metric]) / steps) + random() * 0.05;
      row[`group_${Math.floor(metric / 10)}/metric_${metric}`] = Number(value.toFixed(4));
    }
    return row;
  });
}

/** Calls `make` for 0 … `count`, a few at a time, and says how far it is. */
async function each(count, make, what) {
  let next = 0;
  const sender = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await make(index);
      if (index > 0 && index % 1000 === 0) console.error(`${what}: ${index} of ${count} runs`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(SENDERS, count) }, sender));
}

/** A project with many runs; the newest of them have long histories. */
export async function fillLarge(url, key, entity, { project, runs, configKeys, summaryKeys, metrics, long, steps }) {
  const make = async (index) => {
    const random = randomFrom(index + 1);
    const run = await LoggedRun.start(url, key, {
      ...{ entity, project, name: `r${String(index).padStart(7, "0")}`, displayName: `trial-${index}` },
      config: keys("c", configKeys, random),
      tags: index % 7 === 0 ? ["seventh"] : [],
    });
    await run.log(rows(metrics, index >= runs - long ? steps : 2, random), keys("s", summaryKeys, random));
    await run.finish();
  };
  await each(runs, make, project);
}

/** A few runs that go on; answers them. */
export async function fillSmall(url, key, entity, { project, runs, metrics, steps }) {
  const made = [];
  const make = async (index) => {
    const place = { entity, project, name: `${project}${index}`, displayName: `${project}-${index}` };
    const run = await LoggedRun.start(url, key, place);
    await run.log(rows(metrics, steps, randomFrom(index + 1)));
    made.push(run);
  };
  await each(runs, make, project);
  return made;
}

/** A saved view of a project with these sections; its short name. */
export async function saveView(url, key, entity, project, name, sections, settings = {}) {
  const query = `mutation($input: UpsertViewInput!) { upsertView(input: $input) { view { id } } }`;
  const section = {
    panelBankConfig: { state: 1, settings: {}, sections },
    runSets: [{ name: "Run set", enabled: true, search: { query: "" } }],
    settings: { shouldAutoGeneratePanels: false, ...settings },
  };
  const input = {
    ...{ entityName: entity, projectName: project, type: "project-view", name: `nw-${name}-v`, displayName: name },
    ...{ spec: JSON.stringify({ section }), createdUsing: "USER" },
  };
  await post(`${url}/graphql`, key, { query, variables: { input } });
  return name;
}

/** A section of equal line plots, one a metric. */
export const linePlots = (name, metrics, flowConfig) => ({
  name,
  isOpen: true,
  type: "flow",
  flowConfig,
  panels: metrics.map((metric) => ({ viewType: "Run History Line Plot", config: { metrics: [metric] } })),
});
