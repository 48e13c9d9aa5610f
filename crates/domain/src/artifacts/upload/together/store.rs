//! A group on its way to the disk.

use std::collections::{BTreeSet, HashMap};

use super::File;
use crate::db::{Arg, Tx, placeholders, sql, values};
use crate::jobs::discard_later;
use crate::{Domain, Error, Problem};

/// Writes the blobs, then the rows that name them; how each file went.
pub(super) async fn store(domain: &Domain, files: &[File]) -> Result<Vec<Result<(), Error>>, Error> {
    let folder = format!("objects/{}", domain.clock().id()?);
    let mut tx = domain.db().begin().await?;
    // Deleted after a while, should no row ever name them.
    discard_later(&mut tx, domain.clock(), &format!("{folder}/")).await?;
    let pending = pending(&mut tx, domain, files.iter().map(|file| file.artifact)).await?;
    tx.commit().await?;
    let refused = |file: &File| !pending.contains_key(&file.artifact);
    let blob = |n: usize| format!("{folder}/{n}");
    let (numbers, blobs): (Vec<_>, Vec<_>) =
        (0..).zip(files).filter(|(_, file)| !refused(file)).map(|(n, file)| (n, (blob(n), file.bytes.clone()))).unzip();
    let mut answers: Vec<Result<(), Error>> = files
        .iter()
        .map(|file| if refused(file) { Err(Error::NotFound(Problem::AddressOld)) } else { Ok(()) })
        .collect();
    if blobs.is_empty() {
        return Ok(answers);
    }
    let written = domain.blobs().put_together(&folder, blobs).await?;
    let mut there = Vec::with_capacity(files.len());
    for (n, written) in numbers.into_iter().zip(written) {
        match written {
            Ok(()) => there.push((blob(n), n)),
            Err(e) => answers[n] = Err(e),
        }
    }
    let there: Vec<(&File, String)> = there.into_iter().map(|(blob, n)| (&files[n], blob)).collect();
    let pending = register(domain, &there).await?;
    for (file, answer) in files.iter().zip(&mut answers) {
        if answer.is_ok() && !pending.contains_key(&file.artifact) {
            *answer = Err(Error::NotFound(Problem::AddressOld));
        }
    }
    Ok(answers)
}

/// The projects of those artifacts that still take files. Holds their rows, always in the same order.
async fn pending(
    tx: &mut Tx,
    domain: &Domain,
    artifacts: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, i64>, Error> {
    let mut pending = HashMap::new();
    for artifact in artifacts.collect::<BTreeSet<_>>() {
        let text = "UPDATE artifact SET updated_at = $1 WHERE id = $2 AND state = 'PENDING' RETURNING project_id";
        let query = sql(text).bind(domain.clock().now()).bind(artifact);
        if let Some((project,)) = query.optional::<(i64,)>(&mut *tx).await? {
            pending.insert(artifact, project);
        }
    }
    Ok(pending)
}

/// Gives the projects the bytes. When the server has the same already, those are taken, and the new blobs go after a while.
/// Tells which artifacts take files: of others nothing was registered.
async fn register(domain: &Domain, files: &[(&File, String)]) -> Result<HashMap<i64, i64>, Error> {
    let mut tx = domain.db().begin().await?;
    let pending = pending(&mut tx, domain, files.iter().map(|(file, _)| file.artifact)).await?;
    let mut new: Vec<&(&File, String)> =
        files.iter().filter(|(file, _)| pending.contains_key(&file.artifact)).collect();
    if new.is_empty() {
        return Ok(pending);
    }
    // In one order, so that of two groups neither waits for the other.
    new.sort_unstable_by(|a, b| a.0.hash.cmp(&b.0.hash));
    let objects = objects(&mut tx, domain, &new).await?;
    let mut claims = Vec::with_capacity(new.len());
    for (file, _) in new {
        if let (Some(project), Some(object)) = (pending.get(&file.artifact), objects.get(&file.hash)) {
            claims.push((*project, &file.md5, *object, *file));
        }
    }
    claims.sort_unstable_by_key(|(project, md5, ..)| (*project, *md5));
    claims.dedup_by_key(|(project, md5, ..)| (*project, *md5));
    let text = format!(
        "INSERT INTO project_object (id, project_id, md5, object_id, bytes, birth_id, asked_by, asked_at) VALUES {} \
         ON CONFLICT (project_id, md5) DO UPDATE SET asked_by = excluded.asked_by, asked_at = excluded.asked_at",
        values(1, claims.len(), 8)
    );
    let mut args: Vec<Arg> = Vec::with_capacity(claims.len() * 8);
    // Ids of one moment are told apart by chance, and these are many.
    for ((project, md5, object, file), id) in claims.into_iter().zip(domain.clock().id()?..) {
        let (artifact, now) = (file.artifact, domain.clock().now());
        args.extend([id.into(), project.into(), Arg::from(md5), object.into(), size(file).into()]);
        args.extend([artifact.into(), artifact.into(), now.into()]);
    }
    sql(text).bind_all(args).run(&mut tx).await?;
    tx.commit().await?;
    Ok(pending)
}

/// The objects of these files, made where there are none.
async fn objects(tx: &mut Tx, domain: &Domain, files: &[&(&File, String)]) -> Result<HashMap<String, i64>, Error> {
    let now = domain.clock().now();
    let mut blobs = HashMap::with_capacity(files.len());
    let mut args: Vec<Arg> = Vec::with_capacity(files.len() * 5);
    for ((file, blob), id) in files.iter().zip(domain.clock().id()?..) {
        blobs.insert(id, (blob, size(file)));
        args.extend([id.into(), Arg::from(&file.hash), Arg::from(&file.md5), size(file).into(), now.into()]);
    }
    let text = format!(
        "INSERT INTO object (id, hash, md5, bytes, created_at) VALUES {} ON CONFLICT (hash) DO NOTHING",
        values(1, files.len(), 5)
    );
    sql(text).bind_all(args).run(&mut *tx).await?;
    let text = format!("SELECT hash, id FROM object WHERE hash IN ({})", placeholders(1, files.len()));
    let hashes = files.iter().map(|(file, _)| &file.hash);
    let objects: HashMap<String, i64> =
        sql(text).bind_all(hashes).all::<(String, i64)>(&mut *tx).await?.into_iter().collect();
    let fresh: Vec<_> =
        objects.values().filter_map(|id| blobs.get(id).map(|(blob, bytes)| (*id, *blob, *bytes))).collect();
    let mut args: Vec<Arg> = Vec::with_capacity(fresh.len() * 4);
    for (id, blob, bytes) in &fresh {
        args.extend([(*id).into(), 0_i64.into(), (*bytes).into(), Arg::from(*blob)]);
    }
    if !fresh.is_empty() {
        let text =
            format!("INSERT INTO object_part (object_id, position, bytes, blob) VALUES {}", values(1, fresh.len(), 4));
        sql(text).bind_all(args).run(tx).await?;
    }
    Ok(objects)
}

fn size(file: &File) -> i64 {
    i64::try_from(file.bytes.len()).unwrap_or(i64::MAX)
}
