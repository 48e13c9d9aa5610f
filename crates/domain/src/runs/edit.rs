//! Editing a run: names, tags, notes, config, summary.

use super::RunChange;
use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Run, Update};

impl Allowed<Update, Run> {
    /// Changes the run; all of the change or nothing.
    pub async fn edit(&self, change: RunChange) -> Result<(), Error> {
        let change = change.check()?;
        let (domain, now) = (self.domain(), self.domain().clock().now());
        let mut tx = domain.db().begin().await?;
        let row = super::row::lock(&mut tx, self.resource().id, now).await?;
        let changes = change.write(&mut tx, &row).await?;
        let project = self.resource().project.id;
        sql("UPDATE project SET updated_at = $1 WHERE id = $2").bind(now).bind(project).run(&mut tx).await?;
        tx.commit().await?;
        super::tell(domain, self.resource(), row.effective_state(domain)?, changes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;

    #[tokio::test]
    async fn an_edit_changes_what_it_names_and_nothing_else() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            let read = async |column: &str| lab.text("r1", column).await;
            let change = RunChange {
                display_name: Some("née\0".to_owned()),
                tags: Some(vec!["a".to_owned()]),
                notes: Some("n".to_owned()),
                config: Some("{\"lr\":{\"value\":NaN}}".to_owned()),
                summary: Some("{\"loss\":0.5}".to_owned()),
                ..Default::default()
            };
            run.edit(change).await.unwrap();
            run.edit(RunChange { notes: Some(String::new()), ..Default::default() }).await.unwrap();
            assert_eq!(read("display_name").await.as_deref(), Some("née"));
            assert_eq!(read("tags").await.as_deref(), Some("[\"a\"]"));
            assert_eq!(read("notes").await, None);
            assert_eq!(read("config").await.as_deref(), Some("{\"lr\":{\"value\":\"NaN\"}}"));
            assert_eq!(read("summary").await.as_deref(), Some("{\"loss\":0.5}"));
            let bad = RunChange { notes: Some("x".into()), config: Some("[".into()), ..Default::default() };
            assert!(matches!(run.edit(bad).await, Err(Error::Invalid { .. })));
            assert_eq!(read("notes").await, None);
        }
    }
}
