//! What has ended is told for a while, then forgotten.

use crate::Error;
use crate::db::sql;
use crate::model::ProjectPath;
use crate::policy::{ClientInfo, CreateKey, Credential, Place, Submit};
use crate::testing::Lab;

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

/// Does all background work that is due, until there is none.
async fn work(lab: &Lab) {
    while lab.domain.run_due_jobs().await.unwrap() > 0 {}
}

#[tokio::test]
async fn a_short_lived_key_is_known_as_expired_for_a_day() {
    for lab in Lab::all().await {
        let made = lab.alice.me::<CreateKey>().await.unwrap().create_key(Default::default()).await.unwrap();
        let text = "UPDATE api_key SET kind = 'token', expires_at = $1 WHERE id = $2";
        sql(text).bind(lab.clock().now()).bind(made.key.id).run(lab.domain.db()).await.unwrap();
        let reason =
            async || match lab.domain.session(Credential::Key(made.secret.clone()), ClientInfo::default()).await {
                Err(Error::Denied(denied)) => denied.first().code(),
                other => panic!("{other:?}"),
            };
        lab.clock().advance(HOUR * 23);
        work(&lab).await;
        assert_eq!(reason().await, "KEY_EXPIRED");
        lab.clock().advance(HOUR * 2);
        work(&lab).await;
        assert_eq!(reason().await, "KEY_UNKNOWN");
    }
}

#[tokio::test]
async fn references_and_audit_rows_end() {
    for lab in Lab::all().await {
        sql("INSERT INTO setting (name, value) VALUES ('audit_retention_days', '10')")
            .run(lab.domain.db())
            .await
            .unwrap();
        let place = ProjectPath::new("team", "p").place();
        let denied = lab.mallory.allow::<Submit, Place>(&place).await;
        assert!(matches!(denied, Err(Error::Denied(denied)) if denied.reference.is_some()));
        let kept = async || (lab.count("denial").await, lab.count("audit WHERE outcome = 'denied'").await);
        lab.clock().advance(HOUR * 24 * 6);
        work(&lab).await;
        assert_eq!(kept().await, (1, 1));
        lab.clock().advance(HOUR * 24 * 2);
        work(&lab).await;
        assert_eq!(kept().await, (0, 1));
        lab.clock().advance(HOUR * 24 * 3);
        work(&lab).await;
        assert_eq!(kept().await, (0, 0));
    }
}
