/** Views on the server: which there are, one with its document, saving and deleting. */
import { type Permission } from '../access/permission';
import {
  DeleteViewDocument,
  MetricDefinitionsDocument,
  SaveViewDocument,
  type ViewHeadFragment,
  ViewListDocument,
  ViewNowDocument,
  ViewVersionsDocument,
  WorkspaceViewsDocument,
} from '../api/generated';
import { gql } from '../api/graphql';
import { DEFAULT_NAME, ownName, type Place, wantedViews } from './names';
import { newId, type Spec, write } from './spec';

export * from './names';

export const VIEW_TYPE = 'project-view';

export type ViewHead = Omit<ViewHeadFragment, 'mayUpdate' | 'mayDelete'> & {
  mayUpdate: Permission;
  mayDelete: Permission;
};
export type View = ViewHead & { spec: string };

/** How somebody has arranged the pages of runs is no view that is listed. */
export const isListed = (name: string): boolean => !/^nw-nwuser.*-r$/.test(name);
export const freshName = (): string => `nw-${newId()}-v`;

/** What stands in an address for a view, as in the vendor's addresses. */
export const shortName = (name: string): string => name.replace(/^nw-(.*)-[vw]$/, '$1');

export const isOwn = (name: string, user: string | undefined): boolean =>
  user !== undefined && name === ownName(user);

type Kind = 'own' | 'default' | 'saved' | 'other';

/** What a view is for whoever looks at it. */
export function kindOf(name: string, user: string | undefined): Kind {
  if (isOwn(name, user)) return 'own';
  if (name === DEFAULT_NAME) return 'default';
  return name.startsWith('nw-nwuser') ? 'other' : 'saved';
}

interface Edges<T> {
  edges: { node: T }[];
}
const first = <T>(connection: Edges<T> | null | undefined): T | null =>
  connection?.edges[0]?.node ?? null;

/** The views a workspace may begin with, asked for at once; `own` is the name of somebody's own. */
export async function openViews(
  place: Place,
  own: string | undefined,
  wished: string | null,
  signal?: AbortSignal,
): Promise<Record<'own' | 'named' | 'standard', View | null>> {
  const answer = await gql(WorkspaceViewsDocument, wantedViews(place, own, wished), signal);
  const { own: mine, named, default: standard } = answer.project ?? {};
  return { own: first(mine), named: first(named), standard: first(standard) };
}

/** All workspaces of the project, last saved first. */
export async function listViews(place: Place, signal?: AbortSignal): Promise<ViewHead[]> {
  const all: ViewHead[] = [];
  let after: string | null = null;
  do {
    const answer: { project?: Project | null } = await gql(
      ViewListDocument,
      { ...place, after },
      signal,
    );
    const page = answer.project?.allViews;
    const found = page?.edges.map((edge) => edge.node) ?? [];
    all.push(...found.filter(({ name }) => isListed(name)));
    after = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after);
  return all;
}
interface Project {
  allViews?:
    (Edges<ViewHead> & { pageInfo: { hasNextPage: boolean; endCursor?: string | null } }) | null;
}

export const viewNow = async (id: string): Promise<View | null> =>
  (await gql(ViewNowDocument, { id })).view ?? null;

export interface Version {
  id: string;
  createdAt: string;
  author?: string | null;
  spec: string;
}

/** Earlier texts of a view, the newest first. */
export const versionsOf = async (id: string, signal?: AbortSignal): Promise<Version[]> =>
  (await gql(ViewVersionsDocument, { id }, signal)).view?.versions ?? [];

export interface Save {
  name: string;
  displayName: string;
  spec: Spec;
  /** The view that is there, as it was last seen. */
  over?: Pick<ViewHead, 'id' | 'updatedAt'> | null;
}

export async function saveView(place: Place, save: Save): Promise<ViewHead> {
  const { name, displayName, over } = save;
  const input = {
    ...(over ? { id: over.id, ifUpdatedAt: over.updatedAt ?? null } : { name }),
    entityName: place.entity,
    projectName: place.project,
    type: VIEW_TYPE,
    displayName,
    spec: write(save.spec),
    createdUsing: 'USER' as const,
  };
  const { upsertView } = await gql(SaveViewDocument, { input });
  if (!upsertView?.view) throw new Error('the server saved no view');
  return upsertView.view;
}

export async function renameView(place: Place, view: ViewHead, displayName: string) {
  const input = { id: view.id, entityName: place.entity, projectName: place.project, displayName };
  return (await gql(SaveViewDocument, { input })).upsertView?.view ?? null;
}

export const deleteView = (id: string) => gql(DeleteViewDocument, { id });

/** What the newest runs say about their metrics and the charts they have drawn: `config._wandb`, the newest first. */
export async function runsSay(
  place: Place,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>>[]> {
  const { project } = await gql(MetricDefinitionsDocument, { ...place }, signal);
  return (project?.runs?.edges ?? []).map(
    ({ node }) => JSON.parse(node.wandbConfig || '{}') as Record<string, unknown>,
  );
}
