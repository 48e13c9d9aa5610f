/** The lines of code that fetch an artifact or log its next version. */
import type { Place } from './names';

type Named = Place & { version: string };

/** A Python string; JSON's escapes are Python's. */
export const python = (text: string): string => JSON.stringify(text);

/** A word of a shell line, quoted where it must be. */
export const shell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

export const fullName = ({ entity, project, collection, version }: Named): string =>
  `${entity}/${project}/${collection}:${version}`;

const init = ({ entity, project }: Place): string =>
  `with wandb.init(entity=${python(entity)}, project=${python(project)}) as run:`;

export const useInRun = (named: Named): string =>
  [
    'import wandb',
    '',
    init(named),
    `    artifact = run.use_artifact(${python(fullName(named))})`,
    '    folder = artifact.download()',
  ].join('\n');

export const useAlone = (named: Named): string =>
  [
    'import wandb',
    '',
    `artifact = wandb.Api().artifact(${python(fullName(named))})`,
    'folder = artifact.download()',
  ].join('\n');

export const useInShell = (named: Named): string =>
  `wandb artifact get ${shell(fullName(named))} --root ${shell(`./${named.collection}`)}`;

export const logNext = (place: Place): string =>
  [
    'import wandb',
    '',
    init(place),
    `    artifact = wandb.Artifact(${python(place.collection)}, type=${python(place.type)})`,
    '    artifact.add_dir("path/to/files")',
    '    run.log_artifact(artifact)',
  ].join('\n');
