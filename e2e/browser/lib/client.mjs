/** Logs runs as the wandb client does: GraphQL UpsertBucket, then POST file_stream. */

const UPSERT = `mutation UpsertBucket($name: String, $project: String, $entity: String, $displayName: String,
  $config: JSONString, $host: String, $program: String, $tags: [String!], $summaryMetrics: JSONString) {
  upsertBucket(input: { name: $name, modelName: $project, entityName: $entity, displayName: $displayName,
    config: $config, host: $host, jobProgram: $program, tags: $tags, summaryMetrics: $summaryMetrics }) {
    bucket { id name displayName historyLineCount project { name entity { name } } }
    inserted
  }
}`;

/** Posts as the client does; errors in the answer are thrown. */
export async function post(url, key, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
      'User-Agent': 'wandb-core',
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  const answer = text ? JSON.parse(text) : {};
  if (answer.errors?.length) throw new Error(`${url}: ${answer.errors[0].message}`);
  return answer;
}

/** JSON as the client writes it: with bare `NaN` and `Infinity`. */
const line = (row) =>
  JSON.stringify(row, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? `@@${value}@@` : value,
  ).replace(/"@@(NaN|-?Infinity)@@"/g, '$1');

/** A run being logged. */
export class LoggedRun {
  #rows = 0;
  #lines = 0;
  #events = 0;

  constructor(url, key, place) {
    this.url = url;
    this.key = key;
    this.place = place;
  }

  /** `own`: what the client puts in its own part of the config, as `m` for what `define_metric` said (keyed by
   *  protobuf field numbers). */
  static async start(url, key, { entity, project, name, displayName, config = {}, tags = [], own = {} }) {
    const wrapped = Object.fromEntries(Object.entries(config).map(([k, value]) => [k, { value }]));
    const cli = { cli_version: '0.31.0', python_version: '3.11.7', m: [], t: {}, ...own };
    const variables = {
      name,
      project,
      entity,
      displayName,
      tags,
      host: 'node-12',
      program: 'train.py',
      config: JSON.stringify({ ...wrapped, _wandb: { value: cli } }),
    };
    const body = { query: UPSERT, variables, operationName: 'UpsertBucket' };
    await post(`${url}/graphql`, key, body);
    return new LoggedRun(url, key, { entity, project, name });
  }

  #stream(body) {
    const { entity, project, name } = this.place;
    return post(`${this.url}/files/${entity}/${project}/${name}/file_stream`, this.key, body);
  }

  /** Appends rows `{ key: value }`, one step each, with the last and `more` as the summary. */
  async log(rows, more = {}) {
    const now = Date.now() / 1000;
    const full = rows.map((row, index) => {
      const _step = this.#rows + index;
      return { _timestamp: now + index * 0.01, ...row, _step, _runtime: _step * 0.5 };
    });
    const content = full.map(line);
    const summary = { ...full.at(-1), ...more, _wandb: { runtime: Math.round(full.at(-1)._runtime) } };
    const answer = await this.#stream({
      files: {
        'wandb-history.jsonl': { offset: this.#rows, content },
        'wandb-summary.json': { offset: 0, content: [line(summary)] },
      },
    });
    this.#rows += rows.length;
    return answer;
  }

  /** Appends rows of system metrics `{ 'system.cpu': value }`, ten seconds apart. */
  async system(rows) {
    const now = Date.now() / 1000;
    const content = rows.map((row, index) =>
      JSON.stringify({ ...row, _timestamp: now + index * 10, _runtime: (this.#events + index) * 10 }),
    );
    await this.#stream({ files: { 'wandb-events.jsonl': { offset: this.#events, content } } });
    this.#events += rows.length;
  }

  /** Appends console lines. */
  async print(...texts) {
    const time = new Date().toISOString().slice(0, -1);
    return this.lines(texts.map((text) => text.replace(/^(ERROR )?/, (mark) => `${mark}${time}000 `)));
  }

  /** Appends console lines as they are sent: `[ERROR ]TIME TEXT`. */
  async lines(content) {
    await this.#stream({ files: { 'output.log': { offset: this.#lines, content } } });
    this.#lines += content.length;
  }

  /** What `run.alert` does. */
  async alert(title, text, severity = 'WARN') {
    const query = `mutation A($e: String!, $p: String!, $r: String!, $title: String!, $text: String!, $severity: AlertSeverity) {
      notifyScriptableRunAlert(input: { entityName: $e, projectName: $p, runName: $r, title: $title, text: $text,
        severity: $severity }) { success } }`;
    const { entity: e, project: p, name: r } = this.place;
    await post(`${this.url}/graphql`, this.key, { query, variables: { e, p, r, title, text, severity } });
  }

  /** Uploads a small text file. */
  async upload(name, text) {
    const query = `mutation F($e: String!, $p: String!, $r: String!, $files: [String!]!) {
      createRunFiles(input: { entityName: $e, projectName: $p, runName: $r, files: $files }) {
        files { name uploadUrl } } }`;
    const { entity: e, project: p, name: r } = this.place;
    const answer = await post(`${this.url}/graphql`, this.key, { query, variables: { e, p, r, files: [name] } });
    const [{ uploadUrl }] = answer.data.createRunFiles.files;
    const response = await fetch(uploadUrl, { method: 'PUT', body: text });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    await this.#stream({ uploaded: [name] });
  }

  finish(exitcode = 0) {
    return this.#stream({ complete: true, exitcode });
  }
}

/** A believable training curve. */
export const curve = (steps, seed = 1) =>
  Array.from({ length: steps }, (_, step) => {
    const wobble = Math.sin(step * 12.9898 * seed) * 0.04;
    return {
      'train/loss': 2.2 * Math.exp((-step * (1 + seed * 0.13)) / (steps / 3)) + 0.2 + wobble,
      'train/accuracy': 0.94 - 0.8 * Math.exp(-step / (steps / 4)) + wobble / 3,
      'val/loss': 2.3 * Math.exp(-step / (steps / 3)) + 0.31 + seed * 0.02 + wobble,
      learning_rate: 3e-4 * (0.5 + 0.5 * Math.cos((step / steps) * Math.PI)),
    };
  });
