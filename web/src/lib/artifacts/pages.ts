/** Reads a list of the API to its end, telling each page as it comes. */

interface Page<Row> {
  edges: Row[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export async function readAll<Row>(
  load: (after: string | null) => Promise<Page<Row> | null | undefined>,
  come: (rows: Row[], total: number) => void,
): Promise<void> {
  let after: string | null = null;
  do {
    const page: Page<Row> | null | undefined = await load(after);
    if (!page) return;
    come(page.edges, page.totalCount);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}
