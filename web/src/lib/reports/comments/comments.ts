/** Comments on the server. */
import type { Permission } from '../../access/permission';
import { TypedDocumentString } from '../../api/generated';
import { gql } from '../../api/graphql';

export interface Comment {
  id: string;
  createdAt: string;
  updatedAt: string;
  author: string | null;
  body: string;
  /** The block it belongs to; null: the whole report. */
  anchor: string | null;
  /** The first of its thread. */
  parent: string | null;
  resolved: boolean;
  mayUpdate: Permission;
}

const fields =
  'id createdAt updatedAt author body anchor parent resolved mayUpdate { allowed reason }';
type Doc<R, V> = TypedDocumentString<R, V>;
const made = <R, V>(text: string): Doc<R, V> => new TypedDocumentString(text) as Doc<R, V>;

const list = made<{ view: { comments: Comment[] } | null }, { id: string }>(
  `query ReportComments($id: ID!) { view(id: $id) { id comments { ${fields} } } }`,
);
export interface NewComment {
  viewId: string;
  body: string;
  anchor: string | null;
  parent: string | null;
}
const add = made<{ addViewComment: { comment: Comment } }, { input: NewComment }>(
  `mutation AddComment($input: AddViewCommentInput!) { addViewComment(input: $input) { comment { ${fields} } } }`,
);
interface Change {
  id: string;
  body?: string;
  resolved?: boolean;
}
const update = made<{ updateViewComment: { comment: Comment } }, { input: Change }>(
  `mutation ChangeComment($input: UpdateViewCommentInput!) { updateViewComment(input: $input) { comment { ${fields} } } }`,
);
const remove = made<{ deleteViewComment: { success: boolean } }, { id: string }>(
  'mutation DeleteComment($id: ID!) { deleteViewComment(input: { id: $id }) { success } }',
);

export const listComments = async (id: string, signal?: AbortSignal) =>
  (await gql(list, { id }, signal)).view?.comments ?? [];
export const addComment = (input: NewComment) => gql(add, { input });
export const changeComment = (input: Change) => gql(update, { input });
export const deleteComment = (id: string) => gql(remove, { id });

export interface Thread {
  first: Comment;
  answers: Comment[];
}

/** Comments by thread, each in the order of time. */
export function threads(comments: readonly Comment[]): Thread[] {
  const inOrder = [...comments].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const firsts = new Set(inOrder.filter((one) => one.parent === null).map((one) => one.id));
  return inOrder
    .filter((one) => one.parent === null || !firsts.has(one.parent))
    .map((first) => ({ first, answers: inOrder.filter((one) => one.parent === first.id) }));
}
