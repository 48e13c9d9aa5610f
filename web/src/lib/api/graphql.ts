/** The typed GraphQL client. */
import { errorOf } from './errors';
import type { TypedDocumentString } from './generated';
import { post } from './http';

/** Runs a typed document; an error in the answer is thrown, also beside data. */
export async function gql<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await post('graphql', { query: document.toString(), variables }, signal);
  const body = (await response.json()) as { data: Result };
  const error = errorOf(body, response.status);
  if (error) throw error;
  return body.data;
}
