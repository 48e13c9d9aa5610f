//! Looking at presets.

use super::{ChartAccess, CustomChart, SELECT};
use crate::db::sql;
use crate::model::EntityPath;
use crate::policy::{Allowed, Entity, Read, Session};
use crate::{Error, Thing};

impl Allowed<Read, Entity> {
    /// The entity's presets, by title.
    pub async fn custom_charts(&self) -> Result<Vec<CustomChart>, Error> {
        let text = format!("{SELECT} WHERE c.entity_id = $1 ORDER BY c.display_name, c.name");
        sql(text).bind(self.resource().id).all(self.domain().db()).await
    }
}

impl Session {
    /// The preset that logged charts call `entity/name`: a public one for everybody, else for whoever reads the entity.
    pub async fn custom_chart(&self, entity: &str, name: &str) -> Result<CustomChart, Error> {
        let text = format!("{SELECT} WHERE e.name = $1 AND c.name = $2");
        let found: Option<CustomChart> = sql(text).bind(entity).bind(name).optional(self.domain().db()).await?;
        let public = found.as_ref().is_some_and(|chart| chart.access == ChartAccess::Public.as_str());
        if !public {
            self.allow::<Read, Entity>(&EntityPath(entity.to_owned())).await?;
        }
        found.ok_or_else(|| Error::not_found(Thing::CustomChart, format!("{entity}/{name}")))
    }
}
