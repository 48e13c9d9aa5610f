//! Making, changing and deleting presets.

use super::{ChartAccess, ChartKind, CustomChart, SELECT};
use crate::db::{Tx, sql};
use crate::model::ChartName;
use crate::policy::{Allowed, Entity, SaveChart};
use crate::runs::text;
use crate::{Error, Problem, Thing, audit};

const SPEC: usize = 1 << 20;
const TITLE: usize = 1024;

/// A preset to make.
#[derive(Clone, Debug)]
pub struct NewChart {
    /// Its name in the entity.
    pub name: String,
    /// Title.
    pub display_name: String,
    /// What the text is written for.
    pub kind: ChartKind,
    /// Who reads it.
    pub access: ChartAccess,
    /// A JSON object: Vega or Vega-Lite.
    pub spec: String,
}

/// What to change of a preset; `None` leaves what is there.
#[derive(Clone, Debug, Default)]
pub struct ChartSave {
    /// Title.
    pub display_name: Option<String>,
    /// Who reads it.
    pub access: Option<ChartAccess>,
    /// A JSON object: Vega or Vega-Lite.
    pub spec: Option<String>,
}

fn spec(text: String) -> Result<String, Error> {
    let text = text::free(Thing::Spec, text, SPEC)?;
    text::object(Thing::Spec, &text)?;
    Ok(text)
}

impl Allowed<SaveChart, Entity> {
    /// Makes a preset. The same again is the same preset, since scripts make theirs each time they run; another of a name
    /// that is taken is refused.
    pub async fn make_custom_chart(&self, new: NewChart) -> Result<CustomChart, Error> {
        let (entity, clock) = (self.resource(), self.domain().clock());
        let name = ChartName::new(new.name)?;
        let (title, spec) = (text::required(Thing::DisplayName, new.display_name, TITLE)?, spec(new.spec)?);
        let mut tx = self.domain().db().begin().await?;
        let text = "INSERT INTO custom_chart (id, entity_id, name, display_name, kind, access, spec, created_by, created_at, \
                    updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (entity_id, name) DO NOTHING";
        sql(text)
            .bind(clock.id()?)
            .bind(entity.id)
            .bind(name.as_str())
            .bind(&title)
            .bind(new.kind.as_str())
            .bind(new.access.as_str())
            .bind(&spec)
            .bind(self.session().user().map(|me| me.id))
            .bind(clock.now())
            .run(&mut tx)
            .await?;
        let chart = self.load(&mut tx, name.as_str()).await?;
        tx.commit().await?;
        if (&chart.display_name, &chart.spec, chart.access.as_str()) != (&title, &spec, new.access.as_str()) {
            return Err(Error::Conflict(Problem::CustomChartExists { chart: chart.id() }));
        }
        Ok(chart)
    }

    /// Changes a preset: every chart that names it looks different from now on.
    pub async fn change_custom_chart(&self, name: &str, save: ChartSave) -> Result<CustomChart, Error> {
        let title = save.display_name.map(|title| text::required(Thing::DisplayName, title, TITLE)).transpose()?;
        let spec = save.spec.map(spec).transpose()?;
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE custom_chart SET display_name = COALESCE($1, display_name), access = COALESCE($2, access), \
                    spec = COALESCE($3, spec), updated_at = $4 WHERE entity_id = $5 AND name = $6";
        sql(text)
            .bind(title)
            .bind(save.access.map(ChartAccess::as_str))
            .bind(spec)
            .bind(self.domain().clock().now())
            .bind(self.resource().id)
            .bind(name)
            .run(&mut tx)
            .await?;
        let chart = self.load(&mut tx, name).await?;
        tx.commit().await?;
        Ok(chart)
    }

    /// Deletes a preset: charts that name it say so.
    pub async fn delete_custom_chart(&self, name: &str) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let id = self.load(&mut tx, name).await?.id();
        sql("DELETE FROM custom_chart WHERE entity_id = $1 AND name = $2")
            .bind(self.resource().id)
            .bind(name)
            .run(&mut tx)
            .await?;
        audit::done(&mut tx, self.session(), "custom_chart:delete", &id).await?;
        tx.commit().await
    }

    async fn load(&self, tx: &mut Tx, name: &str) -> Result<CustomChart, Error> {
        let text = format!("{SELECT} WHERE c.entity_id = $1 AND c.name = $2");
        let found = sql(text).bind(self.resource().id).bind(name).optional(tx).await?;
        found.ok_or_else(|| Error::not_found(Thing::CustomChart, format!("{}/{name}", self.resource().name)))
    }
}
