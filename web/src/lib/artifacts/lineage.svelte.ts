/** Where an artifact comes from and what became of it, found step by step: artifacts lead to the run that logged
 *  them and to runs that used them, runs to what they used and logged. */
import {
  type LineageArtifactFragment,
  LineageOfArtifactDocument,
  type LineageRunFragment,
  RunArtifactsDocument,
} from '../api/generated';
import { gql } from '../api/graphql';
import type { Arrow } from './layout';
import { isMachineType } from './names';

/** Back to what it was made from, or on to what was made from it. */
export type Way = 'back' | 'on';

export type LineageNode = { id: string; way: Way | 'both' } & (
  | { kind: 'artifact'; artifact: LineageArtifactFragment }
  | { kind: 'run'; run: LineageRunFragment }
  /** Others like those beside it, shown when asked for. */
  | { kind: 'more'; at: string; rest: Found[]; machine: boolean }
  /** Runs that the reader may not see. */
  | { kind: 'hidden'; at: string; count: number }
);

type Found = { artifact: LineageArtifactFragment } | { run: LineageRunFragment };

/** Neighbours shown at once; the others are counted. */
const FEW = 8;
/** Steps taken by themselves, and nodes at which that ends. */
const STEPS = 4;
const ENOUGH = 60;
/** Artifacts of a run that are looked at. */
const MOST = 200;

const keyOf = (found: Found): string =>
  'artifact' in found
    ? `a:${found.artifact.id}`
    : `r:${found.run.project?.entityName}/${found.run.project?.name}/${found.run.name}`;

export class Lineage {
  nodes: ReadonlyMap<string, LineageNode> = $state.raw(new Map());
  arrows: readonly Arrow[] = $state.raw([]);
  /** Nodes whose next step was not looked at yet. */
  edge: ReadonlySet<string> = $state.raw(new Set());
  busy: ReadonlySet<string> = $state.raw(new Set());
  loading = $state(true);
  error: Error | undefined = $state.raw();
  readonly root: string;
  readonly #signal: AbortSignal;

  constructor(artifactId: string, signal: AbortSignal) {
    this.root = `a:${artifactId}`;
    this.#signal = signal;
  }

  /** Looks a few steps in both directions. */
  async start(): Promise<void> {
    this.error = undefined;
    this.loading = true;
    try {
      await this.#step(this.root, 'both');
      for (let step = 1; step < STEPS && this.nodes.size < ENOUGH; step += 1) {
        const steps = await Promise.allSettled([...this.edge].map((id) => this.#step(id)));
        const failed = steps.find((one) => one.status === 'rejected');
        if (failed) throw failed.reason;
      }
    } catch (error) {
      if (this.#signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.loading = false;
  }

  /** Looks one step further from a node, or shows the rest it stands for. */
  async expand(id: string): Promise<void> {
    const node = this.nodes.get(id);
    if (!node || this.busy.has(id)) return;
    if (node.kind === 'more') return this.#unfold(node);
    this.busy = new Set(this.busy).add(id);
    this.error = undefined;
    try {
      await this.#step(id);
    } catch (error) {
      if (this.#signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.busy = new Set([...this.busy].filter((one) => one !== id));
    }
  }

  #unfold(more: LineageNode & { kind: 'more' }) {
    const nodes = new Map(this.nodes);
    nodes.delete(more.id);
    this.nodes = nodes;
    this.arrows = this.arrows.filter(({ from, to }) => from !== more.id && to !== more.id);
    const way = more.way === 'back' ? 'back' : 'on';
    const [now, later] = [more.rest.slice(0, FEW * 3), more.rest.slice(FEW * 3)];
    this.#join(more.at, way, now);
    if (later.length) this.#hold(more.at, way, later, more.machine);
  }

  /** What failed can be tried again. */
  async #step(id: string, way = this.nodes.get(id)?.way): Promise<void> {
    this.edge = new Set([...this.edge].filter((one) => one !== id));
    try {
      await this.#follow(id, way);
    } catch (error) {
      this.edge = new Set(this.edge).add(id);
      throw error;
    }
  }

  async #follow(id: string, way: Way | 'both' | undefined): Promise<void> {
    const node = this.nodes.get(id);
    if (node?.kind === 'run') return this.#followRun(node, way ?? 'both');
    const { artifact } = await gql(LineageOfArtifactDocument, { id: id.slice(2) }, this.#signal);
    if (!artifact) return;
    if (!node) {
      this.nodes = new Map(this.nodes).set(id, { id, way: 'both', kind: 'artifact', artifact });
    }
    const maker = artifact.createdBy;
    if (way !== 'on' && maker?.__typename === 'Run') this.#join(id, 'back', [{ run: maker }]);
    if (way === 'back') return;
    const uses = artifact.usedBy.edges.flatMap(({ node: run }) => (run ? [{ run }] : []));
    this.#show(id, 'on', uses);
    if (artifact.hiddenUses > 0) this.#hide(id, artifact.hiddenUses);
  }

  async #followRun({ id, run }: LineageNode & { kind: 'run' }, way: Way | 'both') {
    const variables = {
      entity: run.project?.entityName ?? '',
      project: run.project?.name ?? '',
      run: run.name,
      first: MOST,
    };
    const found = (await gql(RunArtifactsDocument, variables, this.#signal)).project?.run;
    const list = (page: NonNullable<typeof found>['inputArtifacts'] | undefined) =>
      page?.edges.flatMap(({ node: artifact }) => (artifact ? [{ artifact }] : [])) ?? [];
    if (way !== 'on') this.#show(id, 'back', list(found?.inputArtifacts));
    if (way !== 'back') this.#show(id, 'on', list(found?.outputArtifacts));
  }

  /** Shows the first neighbours and what is known already; the rest, and what programs made, is counted. */
  #show(at: string, way: Way, all: Found[]) {
    const known = (one: Found) => this.nodes.has(keyOf(one));
    const machine = (one: Found) =>
      'artifact' in one && isMachineType(one.artifact.artifactType.name);
    const plain = all.filter((one) => known(one) || !machine(one));
    const few = plain.filter((one, index) => known(one) || index < FEW);
    this.#join(at, way, few);
    const rest = plain.filter((one) => !few.includes(one));
    const machines = all.filter((one) => !plain.includes(one));
    if (rest.length) this.#hold(at, way, rest, false);
    if (machines.length) this.#hold(at, way, machines, true);
  }

  #join(at: string, way: Way, all: readonly Found[]) {
    const nodes = new Map(this.nodes);
    const edge = new Set(this.edge);
    const arrows = [...this.arrows];
    const drawn = new Set(arrows.map(({ from, to }) => `${from} ${to}`));
    for (const one of all) {
      const id = keyOf(one);
      if (!nodes.has(id)) {
        const kind = 'artifact' in one ? 'artifact' : 'run';
        nodes.set(id, { id, way, kind, ...one } as LineageNode);
        edge.add(id);
      }
      const arrow = way === 'back' ? { from: id, to: at } : { from: at, to: id };
      if (!drawn.has(`${arrow.from} ${arrow.to}`)) arrows.push(arrow);
    }
    [this.nodes, this.edge, this.arrows] = [nodes, edge, arrows];
  }

  #hold(at: string, way: Way, rest: Found[], machine: boolean) {
    const id = `more:${way}:${machine}:${at}`;
    this.#add({ id, way, kind: 'more', at, rest, machine });
  }

  #hide(at: string, count: number) {
    this.#add({ id: `hidden:${at}`, way: 'on', kind: 'hidden', at, count });
  }

  #add(node: LineageNode & { at: string }) {
    this.nodes = new Map(this.nodes).set(node.id, node);
    const arrow =
      node.way === 'back' ? { from: node.id, to: node.at } : { from: node.at, to: node.id };
    this.arrows = [...this.arrows, arrow];
  }
}
