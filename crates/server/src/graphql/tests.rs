//! The real schema: it builds, and it accepts every document of every supported client.

use std::path::{Path, PathBuf};

use super::*;

fn engine() -> Engine {
    Engine::new(&SDL, &resolvers(), Limits { depth: 24, complexity: 4000 }).unwrap()
}

#[tokio::test]
async fn every_document_of_the_client_is_accepted() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/documents"));
    let documents = graphql_files(folder);
    assert!(documents.len() > 180, "only {} documents in {}", documents.len(), folder.display());
    let engine = engine();
    let mut refused = Vec::new();
    for path in documents {
        if let Err(error) = engine.validate(&std::fs::read_to_string(&path).unwrap()).await {
            refused.push(format!("{}: {error}", path.strip_prefix(folder).unwrap().display()));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

fn graphql_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .flat_map(|path| if path.is_dir() { graphql_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ext| ext == "graphql"))
        .collect();
    files.sort();
    files
}

/// What clients before 0.26 send and newer ones do not (`e2e/documents` has those of the newest).
const OLDER: [(&str, &str); 22] = [
    (
        "0.13: upload addresses",
        "query RunUploadUrls($name: String!, $files: [String]!, $entity: String, $run: String!, $description: String) { \
       model(name: $name, entityName: $entity) { bucket(name: $run, desc: $description) { id files(names: $files) { \
       uploadHeaders edges { node { name url(upload: true) updatedAt } } } } } }",
    ),
    (
        "0.13–0.22: asking whether to stop",
        "query RunStoppedStatus($projectName: String, $entityName: String, $runId: String!) { \
       project(name: $projectName, entityName: $entityName) { run(name: $runId) { stopped } } }",
    ),
    (
        "0.13–0.17: messages of the server",
        "mutation UpsertBucket($id: String, $name: String) { upsertBucket(input: {id: $id, name: $name}) { \
       bucket { id name displayName description config sweepName project { id name entity { id name } } historyLineCount } inserted \
       serverSettings { serverMessages { utfText plainText htmlText messageType messageLevel } } } }",
    ),
    (
        "0.13–0.25: viewer with server",
        "query Viewer { viewer { id entity username flags teams { edges { node { name } } } } \
       serverInfo { cliVersionInfo latestLocalVersionInfo { outOfDate latestVersionString versionOnThisInstanceString } } }",
    ),
    (
        "0.13–0.25: probing types",
        "query ProbeServerCapabilities { QueryType: __type(name: \"Query\") { fields { name } } \
       MutationType: __type(name: \"Mutation\") { fields { name } } ServerInfoType: __type(name: \"ServerInfo\") { fields { name } } }",
    ),
    (
        "0.13–0.16: probing settings",
        "query ProbeServerSettings { ServerSettingsType: __type(name: \"ServerSettings\") { fields { name } } }",
    ),
    (
        "0.13–0.16: resuming",
        "query RunResumeStatus($project: String, $entity: String, $name: String!) { model(name: $project, entityName: $entity) { \
       id name entity { id name } bucket(name: $name, missingOk: true) { id name summaryMetrics displayName logLineCount historyLineCount \
       eventsLineCount historyTail eventsTail config } } }",
    ),
    (
        "0.13: making an artifact",
        "mutation CreateArtifact($artifactTypeName: String!, $artifactCollectionNames: [String!], $entityName: String!, \
       $projectName: String!, $runName: String, $description: String, $digest: String!, $labels: JSONString, \
       $aliases: [ArtifactAliasInput!], $metadata: JSONString) { createArtifact(input: {artifactTypeName: $artifactTypeName, \
       artifactCollectionNames: $artifactCollectionNames, entityName: $entityName, projectName: $projectName, \
       runName: $runName, description: $description, digest: $digest, digestAlgorithm: MANIFEST_MD5, labels: $labels, \
       aliases: $aliases, metadata: $metadata}) { artifact { id digest state aliases { artifactCollectionName alias } \
       artifactSequence { id latestArtifact { id versionIndex } } } } }",
    ),
    (
        "0.13: an artifact",
        "query A($p: String, $e: String, $n: String!) { project(name: $p, entityName: $e) { artifact(name: $n) { id digest \
       description state size createdAt updatedAt labels metadata fileCount versionIndex aliases { artifactCollectionName alias } \
       artifactSequence { id name } artifactType { id name project { name entity { name } } } commitHash } } }",
    ),
    (
        "0.19–0.25: an artifact, by name",
        "query ArtifactByName($entity: String!, $project: String!, $name: String!, $enableTracking: Boolean) { \
       project(name: $project, entityName: $entity) { artifact(name: $name, enableTracking: $enableTracking) { id } } }",
    ),
    (
        "0.12–0.19: a collection, and whether versions are logged into it",
        "query ArtifactCollection($entity: String!, $project: String!, $type: String!, $name: String!) { \
       project(name: $project, entityName: $entity) { artifactType(name: $type) { \
       artifactCollection(name: $name) { id name } artifactSequence(name: $name) { __typename } } } }",
    ),
    (
        "0.13–0.25: files of a version",
        "query ArtifactFiles($entity: String!, $project: String!, $type: String!, $name: String!, $names: [String!], \
       $cursor: String, $first: Int = 50) { project(name: $project, entityName: $entity) { artifactType(name: $type) { \
       artifact(name: $name) { files(names: $names, after: $cursor, first: $first) { edges { node { name } } } } } } }",
    ),
    (
        "0.19–0.22: projects with cursors",
        "query Projects($entity: String) { models(entityName: $entity) { edges { node { name } cursor } } }",
    ),
    (
        "0.18–0.19: unlinking",
        "mutation UnlinkArtifact($artifact: ID!, $portfolio: ID!) { \
       unlinkArtifact(input: { artifactID: $artifact, artifactPortfolioID: $portfolio }) { \
       artifactID success clientMutationId } }",
    ),
    (
        "0.13–0.28: a project",
        "query ProjectDetails($entity: String, $project: String) { model(name: $project, entityName: $entity) { \
       id name repo dockerImage description } }",
    ),
    (
        "0.13–0.28: runs of a project",
        "query ProjectRuns($model: String!, $entity: String) { model(name: $model, entityName: $entity) { \
       buckets(first: 10) { edges { node { id name displayName description } } } } }",
    ),
    (
        "0.13–0.28: where a run ran",
        "query RunInfo($project: String!, $entity: String!, $name: String!) { project(name: $project, entityName: $entity) { \
       run(name: $name) { runInfo { program args os python colab executable codeSaved cpuCount gpuCount gpu git { remote commit } } } } }",
    ),
    (
        "0.13–0.28: a type of artifacts",
        "mutation CreateArtifactType($entityName: String!, $projectName: String!, $artifactTypeName: String!, $description: String) { \
       createArtifactType(input: {entityName: $entityName, projectName: $projectName, name: $artifactTypeName, \
       description: $description}) { artifactType { id } } }",
    ),
    (
        "0.15–0.28: stopping a run",
        "mutation stopRun($id: ID!) { stopRun(input: { id: $id }) { clientMutationId success } }",
    ),
    (
        "0.18–0.19: tags of a collection",
        "mutation CreateArtifactCollectionTagAssignments($entityName: String!, $projectName: String!, \
       $artifactCollectionName: String!, $tags: [TagInput!]!) { createArtifactCollectionTagAssignments(input: { \
       entityName: $entityName, projectName: $projectName, artifactCollectionName: $artifactCollectionName, tags: $tags}) { \
       tags { id name tagCategoryName } } }",
    ),
    (
        "0.19–0.22: integrations",
        "query IntegrationsByEntity($entityName: String!, $cursor: String, $perPage: Int) { entity(name: $entityName) { \
       integrations(after: $cursor, first: $perPage) { pageInfo { endCursor hasNextPage } edges { cursor node { __typename } } } } }",
    ),
    (
        "0.13–0.15: a report",
        "query SpecificReport($reportId: ID!) { view(id: $reportId) { id type name spec previewUrl \
       user { name username userInfo } } }",
    ),
];

#[tokio::test]
async fn documents_of_older_clients_are_accepted() {
    let engine = engine();
    for (what, document) in OLDER {
        engine.validate(document).await.unwrap_or_else(|e| panic!("{what}: {e}"));
    }
}
