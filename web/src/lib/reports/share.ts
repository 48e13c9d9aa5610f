/** Share links: an address with a token that opens one report, and what its panels show, to whoever has it. */
import { ReportTokensDocument, ShareReportDocument, UnshareReportDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { metadataOf, placeOf, runSetsOf } from './grid/metadata';
import { blocksOf, type Block, foldedOf, type Spec } from './spec';
import type { Place } from './views';

/** The projects that a report's panels draw from, its own first. */
export function projectsOf(spec: Spec, report: Place): Place[] {
  const found = new Map([[`${report.entity}/${report.project}`, report]]);
  const visit = (blocks: readonly Block[]) => {
    for (const block of blocks) {
      visit(foldedOf(block));
      if (block.type !== 'panel-grid') continue;
      for (const set of runSetsOf(metadataOf(block))) {
        const place = placeOf(set, report);
        found.set(`${place.entity}/${place.project}`, place);
      }
    }
  };
  visit(blocksOf(spec));
  return [...found.values()];
}

/** The tokens of the links there are, for whoever may change the report. */
export async function tokensOf(id: string, signal?: AbortSignal): Promise<string[]> {
  const { view } = await gql(ReportTokensDocument, { id }, signal);
  return (view?.accessTokens ?? []).filter((one) => !one.revokedAt).map((one) => one.token);
}

/** Makes a link. */
export async function share(view: string, places: readonly Place[]): Promise<void> {
  const projects = places.map(({ entity, project }) => ({
    entityName: entity,
    projectName: project,
  }));
  await gql(ShareReportDocument, { view, projects });
}

export const unshare = (token: string) => gql(UnshareReportDocument, { token });

/** The token in an address: behind `#`, where no server sees it, or as the vendor's package writes it. */
export function tokenIn(href: string): string | null {
  const { hash, searchParams } = new URL(href);
  return new URLSearchParams(hash.slice(1)).get('accessToken') ?? searchParams.get('accessToken');
}
