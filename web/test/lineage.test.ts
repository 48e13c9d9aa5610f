import { afterEach, expect, test, vi } from 'vitest';
import { Lineage } from '../src/lib/artifacts/lineage.svelte';

const project = { name: 'vision', entityName: 'acme' };
const artifact = (id: string, type = 'model') => ({
  id,
  versionIndex: 0,
  size: 1,
  hiddenUses: 0,
  artifactType: { name: type },
  artifactSequence: { name: id, project },
});
const run = (name: string) => ({
  id: name,
  name,
  displayName: name,
  state: 'finished',
  jobType: null,
  project,
});
interface World {
  /** What a run used and logged. */
  runs: Record<string, [ReturnType<typeof artifact>[], ReturnType<typeof artifact>[]]>;
  /** Who logged an artifact, who used it, and how many more did. */
  artifacts: Record<string, [string | null, string[], number?]>;
}

/** Answers the questions of a lineage from a made-up world; an unknown run fails. */
function pretend({ runs, artifacts }: World) {
  const list = <Node>(nodes: Node[]) => ({
    totalCount: nodes.length,
    edges: nodes.map((node) => ({ node })),
  });
  const answer = (variables: { id?: string; run?: string }) => {
    if (variables.run !== undefined) {
      const found = runs[variables.run];
      if (!found) return { errors: [{ message: `no run ${variables.run}` }] };
      const [inputs, outputs] = found;
      const all = { id: 'r', inputArtifacts: list(inputs), outputArtifacts: list(outputs) };
      return { data: { project: { run: all } } };
    }
    const [maker, users, hiddenUses = 0] = artifacts[variables.id ?? ''] ?? [null, []];
    return {
      data: {
        artifact: {
          ...artifact(variables.id ?? ''),
          hiddenUses,
          createdBy: maker && { __typename: 'Run', ...run(maker) },
          usedBy: list(users.map(run)),
        },
      },
    };
  };
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
  vi.stubGlobal('fetch', async (_: string, init: { body: string }) => {
    const { variables } = JSON.parse(init.body) as { variables: { id?: string; run?: string } };
    return new Response(JSON.stringify(answer(variables)));
  });
}
async function lineage(world: World, id = 'model') {
  pretend(world);
  const made = new Lineage(id, new AbortController().signal);
  await made.start();
  return made;
}
const arrows = (made: Lineage) => made.arrows.map(({ from, to }) => `${from} > ${to}`).sort();
const r = (name: string) => `r:acme/vision/${name}`;

afterEach(() => void vi.unstubAllGlobals());

test('what it was made from and what was made from it, across steps', async () => {
  const made = await lineage({
    runs: {
      train: [[artifact('data', 'dataset')], [artifact('model')]],
      eval: [[artifact('model')], [artifact('report')]],
    },
    artifacts: { model: ['train', ['eval']], data: [null, ['train']], report: ['eval', []] },
  });
  expect(arrows(made)).toEqual([
    `a:data > ${r('train')}`,
    `a:model > ${r('eval')}`,
    `${r('eval')} > a:report`,
    `${r('train')} > a:model`,
  ]);
  expect(made.edge.size).toBe(0);
  expect(made.loading).toBe(false);
});

test('hidden runs are counted, those of the client and too many others wait to be asked for', async () => {
  const users = Array.from({ length: 12 }, (_, index) => `use-${index}`);
  const runs: World['runs'] = { train: [[], [artifact('model'), artifact('code', 'code')]] };
  for (const name of users) runs[name] = [[], [artifact('t', 'run_table')]];
  const made = await lineage({ runs, artifacts: { model: ['train', users, 3] } });
  const kinds = (kind: string) => [...made.nodes.values()].filter((node) => node.kind === kind);
  expect(kinds('hidden')).toMatchObject([{ at: 'a:model', count: 3 }]);
  const [rest] = kinds('more').filter((node) => node.id === 'more:on:false:a:model');
  expect(rest).toMatchObject({ machine: false });
  expect(kinds('run').length).toBe(9);
  await made.expand('more:on:false:a:model');
  expect(kinds('run').length).toBe(13);
  expect(made.nodes.has('more:on:false:a:model')).toBe(false);
  expect(made.nodes.has('a:t')).toBe(false);
  await made.expand(`more:on:true:${r('use-0')}`);
  expect(made.nodes.has('a:t')).toBe(true);
});

test('a run that used and logged the same version is a circle, and ends', async () => {
  const made = await lineage({
    runs: { loop: [[artifact('model')], [artifact('model')]] },
    artifacts: { model: ['loop', ['loop']] },
  });
  expect(arrows(made)).toEqual([`a:model > ${r('loop')}`, `${r('loop')} > a:model`]);
});

test('a step that failed can be taken again', async () => {
  const world: World = { runs: {}, artifacts: { model: ['train', []] } };
  const made = await lineage(world);
  expect(made.error?.message).toBe('no run train');
  expect([made.nodes.size, [...made.edge]]).toEqual([2, [r('train')]]);
  pretend({ ...world, runs: { train: [[artifact('data')], []] } });
  await made.expand(r('train'));
  expect(made.error).toBeUndefined();
  expect(made.nodes.has('a:data')).toBe(true);
});
