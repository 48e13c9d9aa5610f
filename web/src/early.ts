/** Asks what the page of a project will ask first, while its code is still on its way. */
import {
  MetricDefinitionsDocument,
  ProjectPageDocument,
  RunListDocument,
  WorkspaceViewsDocument,
} from './lib/api/generated';
import { gqlEarly } from './lib/api/graphql';
import { sendEarly } from './lib/api/http';
import { below, match } from './lib/routes';
import { firstRuns } from './lib/runs/first';
import { ownName, wantedViews, wishedIn } from './lib/workspace/names';

interface Answer {
  user?: { name: string } | null;
}

/** The questions are those of the page letter by letter, which is what its answers are found by. */
export function askEarly(): void {
  const session = sendEarly('api/session');
  const shown = match(below(location.href));
  if (shown.page !== 'project') return;
  const { entity, project } = shown;
  const place = { entity, project };
  gqlEarly(ProjectPageDocument, place);
  gqlEarly(RunListDocument, firstRuns(place));
  if (!shown.table) gqlEarly(MetricDefinitionsDocument, place);
  const address = new URLSearchParams(location.search);
  session
    .then(async (answer) => {
      const { user } = (await answer.clone().json()) as Answer;
      const own = user ? ownName(user.name) : undefined;
      gqlEarly(WorkspaceViewsDocument, wantedViews(place, own, wishedIn(address)));
    })
    .catch(() => undefined); // The page itself says what is wrong.
}
