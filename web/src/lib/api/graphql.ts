/** The typed GraphQL client. */
import { errorOf } from './errors';
import type { TypedDocumentString } from './generated';
import { isPosted, post, postEarly } from './http';

const PATH = 'graphql';
const question = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
) => ({ query: document.toString(), variables });

/** Runs a typed document; an error in the answer is thrown, also beside data. */
export async function gql<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await post(PATH, question(document, variables), signal);
  const body = (await response.json()) as { data: Result };
  const error = errorOf(body, response.status);
  if (error) throw error;
  return body.data;
}

/** Asks what `gql` will soon be asked, before whoever does that is there. */
export function gqlEarly<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): void {
  void postEarly(PATH, question(document, variables));
}

/** Whether `gql` would give an answer that was asked for early. */
export const isAsked = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): boolean => isPosted(PATH, question(document, variables));
