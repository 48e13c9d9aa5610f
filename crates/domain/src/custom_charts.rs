//! Chart presets of an entity: Vega texts that logged charts name as `entity/name`.
//!
//! Who reads the entity reads its presets, and everybody reads a public one; who may submit runs to a team saves them, as
//! with shared workspaces.

mod read;
mod save;

pub use save::{ChartSave, NewChart};

use sqlx::FromRow;

use crate::clock::Micros;
use crate::model::words;

/// Who reads a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartAccess {
    /// Who reads the entity.
    Private,
    /// Everybody.
    Public,
}
words!(ChartAccess, Access, { Private => "PRIVATE", Public => "PUBLIC" });

/// What the text is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Vega or Vega-Lite; the client knows no other.
    Vega2,
}
words!(ChartKind, ChartType, { Vega2 => "vega2" });

/// A preset.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CustomChart {
    /// Name of the entity.
    pub entity: String,
    /// Its name there.
    pub name: String,
    /// Title.
    pub display_name: String,
    /// `vega2`
    pub kind: String,
    /// `PRIVATE` or `PUBLIC`
    pub access: String,
    /// Vega or Vega-Lite, with the client's placeholders (`${field:x}`).
    pub spec: String,
    /// When it was made.
    pub created_at: Micros,
}

impl CustomChart {
    /// What a logged chart calls it: `entity/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.entity, self.name)
    }
}

const SELECT: &str = "SELECT e.name AS entity, c.name, c.display_name, c.kind, c.access, c.spec, c.created_at \
                      FROM custom_chart c JOIN entity e ON e.id = c.entity_id";
