use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::directory::{SchemeService, SchemeVersion};

pub(crate) fn insert_service(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    slug: &str,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- directory.insert_service\ninsert into scheme_service (service, slug, created) values ($1, $2, $3)",
        &[service.into(), slug.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn insert_version(tx: &mut Tx<'_>, slug: &str, version: &SchemeVersion) -> Result<(), StoreError> {
    tx.execute(
        "-- directory.insert_version
insert into scheme_version (id, service, slug, digest, definition, author, saved) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            version.id.into(),
            version.service.into(),
            slug.into(),
            version.digest.into(),
            version.definition.as_str().into(),
            version.author.as_str().into(),
            version.saved.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn begin_end(tx: &mut Tx<'_>, service: Id<kinds::Service>, facts: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- directory.begin_end\nupdate scheme_service set ending = $2 where service = $1 and ending is null",
        &[service.into(), facts.into()],
    )?;
    Ok(())
}

pub(crate) fn end(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    now: Instant,
    certificate: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "-- directory.end\nupdate scheme_service set ended = $2, certificate = $3 where service = $1",
        &[service.into(), now.into(), certificate.into()],
    )?;
    Ok(())
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<SchemeService>, StoreError> {
    let rows = tx.query(
        "-- directory.all\nselect service, slug, created, ending, ended, certificate from scheme_service order by created",
        &[],
    )?;
    rows.iter().map(service).collect()
}

pub(crate) fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<SchemeService>, StoreError> {
    let row = tx.query_opt(
        "-- directory.by_slug\nselect service, slug, created, ending, ended, certificate from scheme_service where slug = $1",
        &[slug.into()],
    )?;
    row.as_ref().map(service).transpose()
}

pub(crate) fn by_service(tx: &mut Tx<'_>, id: Id<kinds::Service>) -> Result<Option<SchemeService>, StoreError> {
    let row = tx.query_opt(
        "-- directory.by_service\nselect service, slug, created, ending, ended, certificate from scheme_service where service = $1",
        &[id.into()],
    )?;
    row.as_ref().map(service).transpose()
}

fn service(row: &Row) -> Result<SchemeService, StoreError> {
    Ok(SchemeService {
        service: row.get(0)?,
        slug: row.get(1)?,
        created: row.get(2)?,
        ending: row.get(3)?,
        ended: row.get(4)?,
        certificate: row.get(5)?,
    })
}

pub(crate) fn versions(tx: &mut Tx<'_>, id: Id<kinds::Service>) -> Result<Vec<SchemeVersion>, StoreError> {
    let rows = tx.query(
        "-- directory.versions
select id, service, digest, definition, author, saved from scheme_version where service = $1
order by saved desc, id desc limit 200",
        &[id.into()],
    )?;
    rows.iter().map(version).collect()
}

pub(crate) fn version_by_digest(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    digest: &[u8; 32],
) -> Result<Option<SchemeVersion>, StoreError> {
    let row = tx.query_opt(
        "-- directory.version_by_digest
select id, service, digest, definition, author, saved from scheme_version where service = $1 and digest = $2
order by saved desc limit 1",
        &[service.into(), (*digest).into()],
    )?;
    row.as_ref().map(version).transpose()
}

fn version(row: &Row) -> Result<SchemeVersion, StoreError> {
    Ok(SchemeVersion {
        id: row.get(0)?,
        service: row.get(1)?,
        digest: row.get(2)?,
        definition: row.get(3)?,
        author: row.get(4)?,
        saved: row.get(5)?,
    })
}
