//! Rows of any table, as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;

use super::Columns;
use crate::Error;
use crate::db::{Arg, Tx, sql};

/// Every table, parents before children. `schema_version` and `access_epoch` belong to the program, not to the data.
pub const TABLES: [&str; 54] = [
    "meta",
    "counter",
    "entity",
    "account",
    "recovery_code",
    "password_link",
    "custom_role",
    "membership",
    "project",
    "project_member",
    "project_team",
    "sweep",
    "sweep_agent",
    "api_key",
    "web_session",
    "audit",
    "setting",
    "denial",
    "access_request",
    "invitation",
    "redirect",
    "identity_rule",
    "sign_in_flow",
    "notice",
    "run",
    "run_moved",
    "sweep_run",
    "stream",
    "tail",
    "segment",
    "file",
    "alert",
    "saved_view",
    "saved_view_version",
    "view_comment",
    "access_token",
    "access_token_project",
    "custom_chart",
    "artifact_type",
    "artifact_collection",
    "artifact",
    "artifact_membership",
    "artifact_alias",
    "artifact_tag",
    "artifact_collection_tag",
    "artifact_client",
    "artifact_use",
    "artifact_manifest",
    "object",
    "object_part",
    "project_object",
    "artifact_entry",
    "artifact_upload",
    "artifact_upload_part",
];

/// The column types that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Int,
    Real,
    Text,
    Bool,
    Bytes,
}

#[derive(FromRow)]
struct Column {
    name: String,
    declared: String,
}

/// The columns of a table, from the database itself.
pub async fn columns(tx: &mut Tx, table: &str) -> Result<Columns, Error> {
    let text = match tx {
        Tx::Sqlite(_) => "SELECT name, type AS declared FROM pragma_table_info($1) ORDER BY cid",
        Tx::Postgres(_) => {
            "SELECT column_name::text AS name, data_type::text AS declared FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let columns: Vec<Column> = sql(text).bind(table).all(tx).await?;
    let kind = |column: Column| match column.declared.to_lowercase().as_str() {
        "bigint" => Ok((column.name, Kind::Int)),
        "double precision" => Ok((column.name, Kind::Real)),
        "text" => Ok((column.name, Kind::Text)),
        "boolean" => Ok((column.name, Kind::Bool)),
        "bytea" => Ok((column.name, Kind::Bytes)),
        other => Err(Error::internal("reading the schema", format!("{table}.{} is {other}", column.name))),
    };
    columns.into_iter().map(kind).collect()
}

/// One cell as JSON; bytes as base64.
pub fn to_json(cell: Arg) -> Value {
    match cell {
        Arg::Int(v) => v.into(),
        Arg::Real(v) => v.into(),
        Arg::Text(v) => v.into(),
        Arg::Bool(v) => v.into(),
        Arg::Bytes(v) => v.map(|bytes| STANDARD.encode(bytes)).into(),
    }
}

/// One cell from JSON; none when it is not of its column's kind.
pub fn from_json(kind: Kind, value: Value) -> Option<Arg> {
    let null = value.is_null();
    let or_null = |ok: bool| (null || ok).then_some(());
    Some(match kind {
        Kind::Int => or_null(value.is_i64()).map(|()| Arg::Int(value.as_i64()))?,
        Kind::Real => or_null(value.is_number()).map(|()| Arg::Real(value.as_f64()))?,
        Kind::Bool => or_null(value.is_boolean()).map(|()| Arg::Bool(value.as_bool()))?,
        Kind::Text | Kind::Bytes if null => {
            if kind == Kind::Text {
                Arg::Text(None)
            } else {
                Arg::Bytes(None)
            }
        }
        Kind::Text => Arg::Text(Some(value.as_str()?.to_owned())),
        Kind::Bytes => Arg::Bytes(Some(STANDARD.decode(value.as_str()?).ok()?)),
    })
}
