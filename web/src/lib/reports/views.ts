/** Reports on the server: views of the types `runs` and `runs/draft`. */
import { type Permission } from '../access/permission';
import {
  DeleteViewDocument,
  ReportDraftDocument,
  type ReportHeadFragment,
  ReportListDocument,
  ReportOpenDocument,
  SaveReportDocument,
} from '../api/generated';
import { gql } from '../api/graphql';
import type { Place } from '../workspace/views';
import { type Spec, write } from './spec';

export type { Place };
export const PUBLISHED = 'runs';
export const DRAFT = 'runs/draft';
type Type = typeof PUBLISHED | typeof DRAFT;

export type ReportHead = Omit<ReportHeadFragment, 'mayUpdate' | 'mayDelete'> & {
  mayUpdate: Permission;
  mayDelete: Permission;
};
export type Report = ReportHead & { spec: string };
export type Opened = Report & { place: Place };

interface Page {
  edges: { node: ReportHead }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

async function all(place: Place, type: Type, signal?: AbortSignal): Promise<ReportHead[] | null> {
  const found: ReportHead[] = [];
  let after: string | null = null;
  do {
    const answer: { project?: { allViews?: Page | null } | null } = await gql(
      ReportListDocument,
      { ...place, type, after },
      signal,
    );
    if (!answer.project) return null;
    const page = answer.project.allViews;
    found.push(...(page?.edges.map((edge) => edge.node) ?? []));
    after = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after);
  return found;
}

/** Reports that everybody in the project sees, and one's own drafts; null where there is no such project. */
export async function listReports(place: Place, signal?: AbortSignal) {
  const [published, drafts] = await Promise.all([
    all(place, PUBLISHED, signal),
    all(place, DRAFT, signal),
  ]);
  return published && { published, drafts: drafts ?? [] };
}

export async function openReport(id: string, signal?: AbortSignal): Promise<Opened | null> {
  const { view } = await gql(ReportOpenDocument, { id }, signal);
  if (!view || (view.type !== PUBLISHED && view.type !== DRAFT)) return null;
  const { project, ...report } = view;
  if (!project) return null;
  return { ...report, place: { entity: project.entityName, project: project.name } };
}

/** The name of somebody's draft of a published report. */
const draftName = (id: string, user: string): string => `draft-${id.replace(/=+$/, '')}-${user}`;

/** Somebody's own draft of a published report, if there is one. */
export async function draftOf(place: Place, id: string, user: string): Promise<Report | null> {
  const answer = await gql(ReportDraftDocument, { ...place, name: draftName(id, user) });
  return answer.project?.allViews?.edges[0]?.node ?? null;
}

export interface Save {
  type: Type;
  title: string;
  spec: Spec;
  /** What is there, as it was last seen. */
  over?: Pick<ReportHead, 'id' | 'updatedAt'> | null;
  /** Makes it the draft of this published report. */
  draft?: { of: string; user: string };
}

export async function saveReport(place: Place, save: Save): Promise<ReportHead> {
  const { type, title, over, draft } = save;
  const input = {
    ...(over ? { id: over.id, ifUpdatedAt: over.updatedAt ?? null } : {}),
    // The vendor's package reads no report whose description is null.
    ...(over ? {} : { description: '' }),
    ...(draft && !over ? { name: draftName(draft.of, draft.user) } : {}),
    entityName: place.entity,
    projectName: place.project,
    type,
    displayName: title,
    spec: write(save.spec),
    createdUsing: 'USER' as const,
  };
  const { upsertView } = await gql(SaveReportDocument, { input });
  if (!upsertView?.view) throw new Error('the server saved no report');
  return upsertView.view;
}

export const deleteReport = (id: string) => gql(DeleteViewDocument, { id });
