/** Comments on the server. */
import {
  AddCommentDocument,
  ChangeCommentDocument,
  type CommentFragment,
  DeleteCommentDocument,
  ReportCommentsDocument,
} from '../../api/generated';
import type { Permission } from '../../access/permission';
import { gql } from '../../api/graphql';

export type Comment = Omit<CommentFragment, 'mayUpdate' | 'anchor' | 'parent'> & {
  mayUpdate: Permission;
  /** The block it belongs to; null: the whole report. */
  anchor?: string | null;
  /** The first of its thread. */
  parent?: string | null;
};

export const listComments = async (id: string, signal?: AbortSignal): Promise<Comment[]> =>
  (await gql(ReportCommentsDocument, { id }, signal)).view?.comments ?? [];

interface NewComment {
  viewId: string;
  body: string;
  anchor: string | null;
  parent: string | null;
}
export const addComment = (input: NewComment) => gql(AddCommentDocument, { input });

interface Change {
  id: string;
  body?: string;
  resolved?: boolean;
}
export const changeComment = (input: Change) => gql(ChangeCommentDocument, { input });

export const deleteComment = (id: string) => gql(DeleteCommentDocument, { id });

export interface Thread {
  first: Comment;
  answers: Comment[];
}

/** Comments by thread, each in the order of time. */
export function threads(comments: readonly Comment[]): Thread[] {
  const inOrder = [...comments].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const firsts = new Set(inOrder.filter((one) => !one.parent).map((one) => one.id));
  return inOrder
    .filter((one) => !one.parent || !firsts.has(one.parent))
    .map((first) => ({ first, answers: inOrder.filter((one) => one.parent === first.id) }));
}
