/** What a custom chart reads of each run: a part of the vendor's `userQuery`, which is written like a GraphQL selection. */

/** Where the rows come from: the newest table of a key, one of every step, rows of metrics, or a row a run. */
export type RowSource = 'summaryTable' | 'historyTable' | 'history' | 'none';

export interface ChartQuery {
  source: RowSource;
  /** The key of the table. */
  table: string;
  /** Metrics of `history`. */
  history: readonly string[];
  /** Columns of the run table that every row gets, by the names the chart has for them. */
  columns: Readonly<Record<string, string>>;
}

interface Node {
  name: string;
  value: unknown;
  args: Node[];
  fields: Node[];
}

/** Deeper selections than any chart has. */
const DEEPEST = 8;

function nodes(value: unknown, depth = 0): Node[] {
  if (!Array.isArray(value) || depth > DEEPEST) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { name, value, args, fields } = one as Record<string, unknown>;
    if (typeof name !== 'string') return [];
    return [{ name, value, args: nodes(args, depth + 1), fields: nodes(fields, depth + 1) }];
  });
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );

const keysOf = (node: Node): string[] => [
  ...texts(node.value),
  ...node.args.flatMap((arg) => (arg.name === 'keys' ? texts(arg.value) : [])),
];

/** Paths below a field that selects its parts one by one: `config { lr { value } }`. */
const paths = (fields: readonly Node[]): string[] =>
  fields.flatMap(({ name, fields: below }) =>
    below.length === 0 ? [name] : paths(below).map((path) => `${name}.${path}`),
  );

/** Reads the selection below `runSets`; what is not known is left out. */
export function readQuery(userQuery: unknown): ChartQuery {
  const root = typeof userQuery === 'object' && userQuery !== null ? userQuery : {};
  const fields = nodes((root as { queryFields?: unknown }).queryFields)
    .filter(({ name }) => name === 'runSets')
    .flatMap((node) => node.fields);
  let source: RowSource = 'none';
  let table = '';
  const history: string[] = [];
  const columns: Record<string, string> = {};
  for (const node of fields) {
    if (node.name === 'summaryTable' || node.name === 'historyTable') {
      const key = node.args.find((arg) => arg.name === 'tableKey')?.value;
      if (typeof key !== 'string') continue;
      [source, table] = [node.name, key];
    } else if (node.name === 'history' || node.name === 'sampledHistory') {
      history.push(...keysOf(node).filter((key) => key !== '_step'));
    } else if (node.name === 'config' || node.name === 'summary') {
      for (const path of [...keysOf(node), ...paths(node.fields)]) {
        const name = node.name === 'config' ? path.replace(/\.value(?=\.|$)/, '') : path;
        columns[name] = `${node.name === 'config' ? 'config' : 'summary_metrics'}.${name}`;
      }
    }
  }
  if (source === 'none' && history.length > 0) source = 'history';
  return { source, table, history: [...new Set(history)], columns };
}

/** The vendor's form of a query. */
export function writeQuery({ source, table, history, columns }: ChartQuery): unknown {
  const keys = (section: string) =>
    Object.values(columns).flatMap((column) =>
      column.startsWith(`${section}.`) ? column.slice(section.length + 1) : [],
    );
  const part = (name: string, arg: string, value: unknown) => ({
    ...{ name, args: [{ name: arg, value }], fields: [] },
  });
  const [config, summary] = [keys('config'), keys('summary_metrics')];
  return {
    queryFields: [
      {
        name: 'runSets',
        args: [{ name: 'runSets', value: '${runSets}' }],
        fields: [
          { name: 'id', fields: [] },
          { name: 'name', fields: [] },
          { name: '_defaultColorIndex', fields: [] },
          ...(config.length ? [part('config', 'keys', config)] : []),
          ...(summary.length ? [part('summary', 'keys', summary)] : []),
          ...(source === 'summaryTable' || source === 'historyTable'
            ? [part(source, 'tableKey', table)]
            : []),
          ...(source === 'history' ? [part('history', 'keys', ['_step', ...history])] : []),
        ],
      },
    ],
  };
}
