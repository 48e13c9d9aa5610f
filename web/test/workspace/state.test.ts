import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ApiError, Denial } from '../../src/lib/api/errors';
import { renameSection, setSettings } from '../../src/lib/workspace/edit';
import { blank, runSetOf, settingsOf, type Spec, write } from '../../src/lib/workspace/spec';
import { fullName, kindOf, shortName } from '../../src/lib/workspace/views';
import { Workspace } from '../../src/lib/workspace/workspace.svelte';

const gql = vi.hoisted(() => vi.fn());
vi.mock('../../src/lib/api/graphql', () => ({ gql }));

const place = { entity: 'acme', project: 'vision' };
const yes = { allowed: true, reason: null };
const head = (name: string, updatedAt = 't1', mayUpdate: object = yes) => {
  return { id: `id of ${name}`, name, displayName: '', updatedAt, mayUpdate, mayDelete: yes };
};
const found = (view: object | null) => ({ edges: view ? [{ node: view }] : [] });
/** What the server has, and what was saved. */
let server: { own: object | null; named: object | null; standard: object | null };
let saves: { spec: string; name?: string; id?: string; ifUpdatedAt?: string | null }[];
let refuse: Error | null;

function answer(document: { toString(): string }, variables: Record<string, unknown>): unknown {
  const text = document.toString();
  if (text.includes('query WorkspaceViews')) {
    const { own, named, standard } = server;
    return { project: { own: found(own), named: found(named), default: found(standard) } };
  }
  if (text.includes('mutation SaveView')) {
    if (refuse) throw refuse;
    const input = variables.input as (typeof saves)[number];
    saves.push(input);
    const view = head(input.name ?? 'nw-nwuserada-w', `t${saves.length + 1}`);
    return { upsertView: { inserted: !input.id, view } };
  }
  if (text.includes('query ViewNow'))
    return { view: { ...head('nw-nwuserada-w', 't9'), spec: write(theirs) } };
  throw new Error(text);
}
const theirs = setSettings(blank(true), { xAxis: '_timestamp' });
const smoothed = (weight: number) => (spec: Spec) =>
  setSettings(spec, { ...settingsOf(spec), smoothingWeight: weight });

beforeEach(() => {
  vi.useFakeTimers();
  server = { own: null, named: null, standard: null };
  saves = [];
  refuse = null;
  gql.mockImplementation((document, variables) =>
    Promise.resolve().then(() => answer(document, variables)),
  );
});

async function opened(wished: string | null = null, user: string | undefined = 'ada') {
  const workspace = new Workspace(place, user);
  await workspace.open(wished);
  return workspace;
}
const weight = (workspace: Workspace) => settingsOf(workspace.spec).smoothingWeight;

test('every change can be taken back and repeated, until there is another one', async () => {
  const workspace = await opened();
  for (const one of [1, 2, 3]) workspace.change(smoothed(one));
  workspace.undo();
  workspace.undo();
  expect([weight(workspace), workspace.canRedo]).toEqual([1, true]);
  workspace.redo();
  expect(weight(workspace)).toBe(2);
  workspace.change(smoothed(7));
  expect([workspace.canRedo, weight(workspace)]).toEqual([false, 7]);
  for (let i = 0; i < 9; i += 1) workspace.undo();
  expect([weight(workspace), workspace.canUndo]).toEqual([undefined, false]);
});

test('what follows fast, as of a slider, is one step back', async () => {
  const workspace = await opened();
  for (const one of [1, 2, 3]) workspace.change(smoothed(one), 'smooth');
  vi.advanceTimersByTime(5000);
  workspace.change(smoothed(4), 'smooth');
  workspace.undo();
  expect(weight(workspace)).toBe(3);
  workspace.undo();
  expect(weight(workspace)).toBeUndefined();
});

test('a change that changes nothing is none', async () => {
  const workspace = await opened();
  workspace.change((spec) => spec);
  expect([workspace.canUndo, workspace.saving]).toEqual([false, 'saved']);
});

test('half a second after the last change the document is saved once, over what was seen', async () => {
  const workspace = await opened();
  workspace.change(smoothed(1));
  await vi.advanceTimersByTimeAsync(400);
  workspace.change(smoothed(2));
  await vi.advanceTimersByTimeAsync(400);
  expect(saves).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(saves).toMatchObject([{ name: 'nw-nwuserada-w', type: 'project-view' }]);
  expect(saves[0]?.ifUpdatedAt).toBeUndefined();
  workspace.change(smoothed(3));
  await vi.advanceTimersByTimeAsync(600);
  expect(saves[1]).toMatchObject({ id: 'id of nw-nwuserada-w', ifUpdatedAt: 't2' });
  expect([saves.length, workspace.saving]).toEqual([2, 'saved']);
});

test('a conflict keeps what was made until somebody chooses; theirs is one step, mine the one before', async () => {
  server.own = { ...head('nw-nwuserada-w'), spec: write(blank(true)) };
  const workspace = await opened();
  refuse = new ApiError('bo has saved this view since', 409);
  workspace.change(smoothed(5));
  await vi.advanceTimersByTimeAsync(600);
  expect([workspace.saving, workspace.trouble]).toEqual([
    'conflict',
    'bo has saved this view since',
  ]);
  workspace.change(smoothed(6));
  await vi.advanceTimersByTimeAsync(600);
  expect([workspace.saving, weight(workspace)]).toEqual(['conflict', 6]);
  refuse = null;
  await workspace.loadTheirs();
  expect([settingsOf(workspace.spec).xAxis, workspace.saving]).toEqual(['_timestamp', 'saved']);
  workspace.undo();
  await vi.advanceTimersByTimeAsync(600);
  expect(saves.at(-1)).toMatchObject({ ifUpdatedAt: 't9' });
  expect(weight(workspace)).toBe(6);
});

test('mine is kept as a new view', async () => {
  server.own = { ...head('nw-nwuserada-w'), spec: write(blank(true)) };
  const workspace = await opened();
  workspace.change(smoothed(5));
  const made = await workspace.saveAs('Mine');
  expect(made.name).toMatch(/^nw-[a-z0-9]{11}-v$/);
  expect([workspace.name, workspace.saving]).toEqual([made.name, 'saved']);
  expect(saves).toMatchObject([{ name: made.name, displayName: 'Mine' }]);
});

test('what may not be saved works all the same, and says why', async () => {
  const denied = { allowed: false, reason: 'Only members may.' };
  server.named = { ...head('nw-abc-v', 't1', denied), spec: write(blank(true)) };
  const workspace = await opened('abc');
  workspace.change(smoothed(5));
  await vi.advanceTimersByTimeAsync(600);
  expect([workspace.saving, workspace.trouble, weight(workspace)]).toEqual([
    'local',
    'Only members may.',
    5,
  ]);
  workspace.undo();
  expect([weight(workspace), saves]).toEqual([undefined, []]);

  server.named = null;
  const viewer = await opened();
  refuse = new Denial('eve may only read.\n✗ Member', 'VIEWER', 403);
  viewer.change(smoothed(5));
  await vi.advanceTimersByTimeAsync(600);
  expect([viewer.saving, viewer.trouble]).toEqual(['local', 'eve may only read.']);
});

test('a failure is told and tried again', async () => {
  const workspace = await opened();
  refuse = new ApiError('busy', 503);
  workspace.change(smoothed(5));
  await vi.advanceTimersByTimeAsync(600);
  expect([workspace.saving, workspace.trouble]).toEqual(['failed', 'busy']);
  refuse = null;
  workspace.retry();
  await vi.advanceTimersByTimeAsync(10);
  expect([workspace.saving, saves.length]).toEqual(['saved', 1]);
});

/** A browser's storage, as far as it is used here. */
function storage() {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
    removeItem: (key: string) => kept.delete(key),
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  return kept;
}

test('a change that was not saved is made again when the workspace is opened anew', async () => {
  const kept = storage();
  server.own = { ...head('nw-nwuserada-w'), spec: write(blank(true)) };
  (await opened()).change(smoothed(5));
  await vi.advanceTimersByTimeAsync(200);
  expect(kept.size).toBe(1);
  const next = await opened();
  expect([weight(next), next.saving]).toEqual([5, 'waiting']);
  await vi.advanceTimersByTimeAsync(600);
  expect(saves).toMatchObject([{ ifUpdatedAt: 't1' }, { ifUpdatedAt: 't1' }]);
  expect([next.saving, kept.size]).toEqual(['saved', 0]);
  next.undo();
  expect(weight(next)).toBeUndefined();
});

test('a save that arrived unheard is no conflict with oneself; one of somebody else is', async () => {
  const kept = storage();
  server.own = { ...head('nw-nwuserada-w'), spec: write(blank(true)) };
  const workspace = await opened();
  refuse = new ApiError('no answer', 0);
  workspace.change(smoothed(5));
  await vi.advanceTimersByTimeAsync(600);
  expect(workspace.saving).toBe('failed');
  refuse = null;
  const { spec } = workspace;
  server.own = { ...head('nw-nwuserada-w', 't7'), spec: write(spec) };
  expect([(await opened()).saving, kept.size]).toEqual(['saved', 0]);

  workspace.change(smoothed(6));
  await vi.advanceTimersByTimeAsync(200);
  const after = await opened();
  await vi.advanceTimersByTimeAsync(600);
  expect([weight(after), saves.at(-1)?.ifUpdatedAt]).toEqual([6, 't7']);

  after.change(smoothed(8));
  await vi.advanceTimersByTimeAsync(200);
  server.own = { ...head('nw-nwuserada-w', 't9'), spec: write(theirs) };
  refuse = new ApiError('bo has saved this view since', 409);
  const late = await opened();
  await vi.advanceTimersByTimeAsync(600);
  expect([late.saving, weight(late), kept.size]).toEqual(['conflict', 8, 1]);
  refuse = null;
  await late.loadTheirs();
  expect([late.saving, kept.size]).toEqual(['saved', 0]);
});

test('one’s own begins as the project’s default, which stays as it is', async () => {
  server.standard = { ...head('nw-default-w'), spec: write(theirs) };
  const workspace = await opened();
  expect([workspace.name, workspace.view]).toEqual(['nw-nwuserada-w', null]);
  expect(settingsOf(workspace.spec).xAxis).toBe('_timestamp');
  workspace.change(smoothed(1));
  await vi.advanceTimersByTimeAsync(600);
  expect(saves[0]).toMatchObject({ name: 'nw-nwuserada-w' });
});

test('an address whose view is not there leads to one’s own, and says so', async () => {
  const workspace = await opened('gone');
  expect([workspace.missing, workspace.name]).toEqual(['gone', 'nw-nwuserada-w']);
  expect((await opened('nwuserada')).missing).toBeNull();
});

test('an earlier state is a change like others', async () => {
  const workspace = await opened();
  workspace.restore(write(theirs));
  expect(settingsOf(workspace.spec).xAxis).toBe('_timestamp');
  workspace.undo();
  expect(settingsOf(workspace.spec).xAxis).toBeUndefined();
  expect(() => workspace.restore('[]')).toThrow();
});

test('the run set of the table is part of the document', async () => {
  const workspace = await opened();
  workspace.runSet.value = { search: { query: 'lr' } };
  expect(runSetOf(workspace.spec)).toMatchObject({ name: 'Run set', search: { query: 'lr' } });
  workspace.change((spec) => renameSection(spec, [], '', ''));
  workspace.undo();
  workspace.undo();
  expect(runSetOf(workspace.spec)).toMatchObject({ search: { query: '' } });
});

test('names in addresses are those of the vendor', () => {
  for (const name of ['nw-abc123-v', 'nw-nwuserada-w', 'nw-default-w'])
    expect(fullName(shortName(name))).toBe(name);
  expect(kindOf('nw-nwuserada-w', 'ada')).toBe('own');
  expect(kindOf('nw-nwuserbo-w', 'ada')).toBe('other');
  expect(kindOf('nw-abc-v', undefined)).toBe('saved');
});
