/** Logs artifacts as the wandb client does: create, upload what is new, hand in the manifest, commit. */
import { createHash } from 'node:crypto';

const md5 = (data, encoding) => createHash('md5').update(data).digest(encoding);

/** Asks `/graphql` with a key; the first error is thrown. */
async function ask({ url, key }, query, input) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
      'User-Agent': 'wandb-core',
    },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const body = await response.json();
  if (body.errors?.length) throw new Error(body.errors[0].message);
  return body.data;
}

async function put({ uploadUrl, uploadHeaders }, body) {
  if (!uploadUrl) return;
  const headers = Object.fromEntries(
    (uploadHeaders ?? []).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
  const response = await fetch(uploadUrl, { method: 'PUT', headers, body });
  if (!response.ok) throw new Error(`${uploadUrl}: ${response.status} ${await response.text()}`);
}

const manifestQuery = `mutation M($input: CreateArtifactManifestInput!) {
  createArtifactManifest(input: $input) { artifactManifest { id file { id uploadUrl uploadHeaders } } } }`;

/** One version. `files`: contents by path; `{ ref, size }` is a reference. `run` logs it. Returns its id. */
export async function logArtifact(server, { entity, project, run, type, name, files, metadata, aliases = [], description }) {
  const entries = Object.entries(files).map(([path, content]) =>
    content.ref
      ? [path, { digest: content.ref, ref: content.ref, size: content.size }]
      : [path, { digest: md5(content, 'base64'), size: Buffer.byteLength(content) }],
  );
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = md5(`wandb-artifact-manifest-v1\n${sorted.map(([path, entry]) => `${path}:${entry.digest}\n`).join('')}`, 'hex');
  const { createArtifact } = await ask(
    server,
    `mutation C($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id state } } }`,
    {
      entityName: entity,
      projectName: project,
      runName: run,
      artifactTypeName: type,
      artifactCollectionName: name,
      description,
      digest,
      digestAlgorithm: 'MANIFEST_MD5',
      metadata: JSON.stringify(metadata ?? {}),
      aliases: ['latest', ...aliases].map((alias) => ({ artifactCollectionName: name, alias })),
      enableDigestDeduplication: true,
    },
  );
  const { id, state } = createArtifact.artifact;
  if (state === 'COMMITTED') return id;
  const own = { artifactID: id, entityName: entity, projectName: project, runName: run, name: 'wandb_manifest.json', type: 'FULL' };
  const { artifactManifest } = (await ask(server, manifestQuery, { ...own, digest: '' })).createArtifactManifest;
  const uploads = entries.filter(([, entry]) => !entry.ref);
  const { createArtifactFiles } = await ask(
    server,
    `mutation F($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) {
      files { edges { node { uploadUrl uploadHeaders artifact { id } } } } } }`,
    {
      storageLayout: 'V2',
      artifactFiles: uploads.map(([path, entry]) => ({ artifactID: id, artifactManifestID: artifactManifest.id, name: path, md5: entry.digest })),
    },
  );
  for (const [index, { node }] of createArtifactFiles.files.edges.entries()) {
    const [path, entry] = uploads[index];
    entry.birthArtifactID = node.artifact.id;
    await put(node, files[path]);
  }
  const manifest = JSON.stringify({
    version: 1,
    storagePolicy: 'wandb-storage-policy-v1',
    storagePolicyConfig: { storageLayout: 'V2' },
    contents: Object.fromEntries(entries),
  });
  const full = await ask(server, manifestQuery, { ...own, digest: md5(manifest, 'base64') });
  await put(full.createArtifactManifest.artifactManifest.file, manifest);
  await ask(server, `mutation C($input: CommitArtifactInput!) { commitArtifact(input: $input) { artifact { id } } }`, { artifactID: id });
  return id;
}

/** A run says that it uses a version. */
export const useArtifact = (server, { entity, project, run }, id) =>
  ask(server, `mutation U($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id } } }`, {
    entityName: entity,
    projectName: project,
    runName: run,
    artifactID: id,
  });
