/** The lines of code that link versions to a registry, and fetch them from it. */
import { python, shell } from '../artifacts/code';
import { projectOf } from './names';

interface Named {
  registry: string;
  collection: string;
  alias: string;
}

const target = ({ registry, collection }: Named): string => `${projectOf(registry)}/${collection}`;
const version = (named: Named): string => `${target(named)}:${named.alias}`;

export const linkInRun = (named: Named): string =>
  [
    'import wandb',
    '',
    'with wandb.init() as run:',
    '    artifact = run.use_artifact("ENTITY/PROJECT/NAME:latest")',
    `    run.link_artifact(artifact, ${python(target(named))}, aliases=[${python(named.alias)}])`,
  ].join('\n');

export const useFromRegistry = (named: Named): string =>
  [
    'import wandb',
    '',
    'with wandb.init() as run:',
    `    artifact = run.use_artifact(${python(version(named))})`,
    '    folder = artifact.download()',
  ].join('\n');

export const findInRegistry = ({ registry, alias }: Named): string =>
  [
    'import wandb',
    '',
    `registry = wandb.Api().registry(${python(registry)})`,
    `for version in registry.collections().versions({"alias": ${python(alias)}}):`,
    '    print(version.qualified_name)',
  ].join('\n');

export const getFromRegistry = (named: Named): string =>
  `wandb artifact get ${shell(version(named))} --root ${shell(`./${named.collection}`)}`;
