/** Where a run ran, as its client recorded it: in `config._wandb.value.e`, one entry for each start of the process. */
import { type Json, parseJson } from './json';

type Fields = { [key: string]: Json };

export interface Gpu {
  name: string;
  /** Bytes; null when unknown. */
  memory: number | null;
}

/** One process that wrote the run: its first start, or a resume. */
export interface Attempt {
  /** ISO 8601; null when the client did not say. */
  startedAt: string | null;
  host: string | null;
  user: string | null;
  os: string | null;
  python: string | null;
  executable: string | null;
  folder: string | null;
  command: string | null;
  cpus: { physical: number | null; logical: number | null };
  memory: number | null;
  gpus: Gpu[];
  /** What the client calls the accelerators, where it lists none. */
  gpu: string | null;
  cuda: string | null;
  remote: string | null;
  commit: string | null;
  slurm: string | null;
  docker: string | null;
  /** All that the client told of it, without the password that a remote's address may hold. */
  all: Json;
}

const fields = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const text = (value: Json | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
/** The client writes large numbers as texts. */
function number(value: Json | undefined): number | null {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

const own = (config: string | null): Fields =>
  fields(fields(fields(parseJson(config))._wandb).value);

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The command line as it would be typed again. */
function commandOf(entry: Fields): string | null {
  const program = text(entry.codePathLocal) ?? text(entry.codePath) ?? text(entry.program);
  if (!program) return null;
  const given = Array.isArray(entry.args) ? entry.args : [];
  const words = given.filter((word) => typeof word === 'string');
  return ['python', program, ...words].map(quoted).join(' ');
}

function gpusOf(entry: Fields): Gpu[] {
  const lists = [entry.gpu_nvidia ?? entry.gpuNvidia, entry.gpu_amd ?? entry.gpuAmd];
  return lists
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map((gpu) => {
      const { name, memoryTotal, memory_total: other } = fields(gpu);
      return { name: text(name) ?? '', memory: number(memoryTotal ?? other) };
    });
}

function withoutSecrets(entry: Fields): Fields {
  const remote = (name: string) => {
    const address = text(fields(entry.git)[name]);
    return address === null ? {} : { [name]: plainRemote(address) };
  };
  if (entry.git === undefined) return {};
  return { git: { ...fields(entry.git), ...remote('remote'), ...remote('remote_url') } };
}

function attempt(entry: Fields): Attempt {
  const git = fields(entry.git);
  const slurm = fields(entry.slurm);
  return {
    startedAt: text(entry.startedAt),
    host: text(entry.host),
    user: text(entry.username) ?? text(entry.email),
    os: text(entry.os),
    python: text(entry.python),
    executable: text(entry.executable),
    folder: text(entry.root),
    command: commandOf(entry),
    cpus: {
      physical: number(entry.cpu_count ?? entry.cpuCount),
      logical: number(entry.cpu_count_logical ?? entry.cpuCountLogical),
    },
    memory: number(fields(entry.memory).total),
    gpus: gpusOf(entry),
    gpu: text(entry.gpu),
    cuda: text(entry.cudaVersion ?? entry.cuda_version),
    remote: text(git.remote ?? git.remote_url),
    commit: text(git.commit),
    slurm: text(slurm.job_id ?? slurm.jobId),
    docker: text(entry.docker),
    all: { ...entry, ...withoutSecrets(entry) },
  };
}

/** All processes that wrote the run, the first one first. */
export function attempts(config: string | null): Attempt[] {
  const all = Object.values(fields(own(config).e)).map((entry) => attempt(fields(entry)));
  return all.sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
}

/** The client and its Python, as they call themselves. */
export function clientOf(config: string | null): {
  client: string | null;
  python: string | null;
  framework: string | null;
} {
  const { cli_version: client, python_version: python, framework } = own(config);
  return { client: text(client), python: text(python), framework: text(framework) };
}

/** The run and step that this one began from (`fork_from`, `resume_from`). */
export function forkedFrom(config: string | null): { run: string; step: number } | null {
  const { run_id: run, step } = fields(own(config).branch_point);
  const [name, at] = [text(run), number(step)];
  return name !== null && at !== null ? { run: name, step: at } : null;
}

/** A remote's address without the password or token that may stand in it. */
export const plainRemote = (remote: string): string => remote.replace(/^(\w+:\/\/)[^/@]*@/, '$1');

/** The page of a commit at a forge that we know; null for any other remote. */
export function commitLink(remote: string | null, commit: string | null): string | null {
  if (!remote || !commit || !/^[0-9a-f]{7,64}$/i.test(commit)) return null;
  const found =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/.exec(remote) ??
    /^[\w.-]+@([^/:]+):(.+?)(?:\.git)?\/?$/.exec(remote);
  const [, host = '', path = ''] = found ?? [];
  if (!/^[\w.-]+$/.test(host) || !/^[\w./~-]+$/.test(path)) return null;
  const part = /(^|\.)gitlab\./.test(host)
    ? '-/commit'
    : host === 'bitbucket.org'
      ? 'commits'
      : /^(github\.com|codeberg\.org|gitea\.com|git\.sr\.ht)$|(^|\.)(github|gitea|forgejo)\./.test(
            host,
          )
        ? 'commit'
        : null;
  return part && `https://${host}/${path}/${part}/${commit}`;
}
