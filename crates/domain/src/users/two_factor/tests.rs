//! Codes, steps and recovery codes, on a clock that stands still.

use std::time::Duration;

use super::*;
use crate::policy::{Account, Allowed, DisableUser, Org, Update};
use crate::testing::Lab;
use crate::{Domain, Problem};

const PASSWORD: &str = "correct horse battery";

async fn alice(lab: &Lab) -> Allowed<Update, Account> {
    let alice = lab.alice.me::<Update>().await.unwrap();
    alice.set_password(PASSWORD).await.unwrap();
    alice
}

/// What the authenticator shows.
fn shown(domain: &Domain, secret: &str) -> String {
    codes(secret).unwrap().generate(seconds(domain.clock().now())).to_string()
}

#[test]
fn codes_are_those_of_the_standard() {
    // RFC 6238, appendix B: SHA-1, the last six digits.
    let codes = codes("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
    for (time, code) in
        [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
    {
        assert_eq!(codes.generate(time).to_string(), code);
    }
}

#[tokio::test]
async fn a_second_step_counts_once_it_is_confirmed() {
    for lab in Lab::all().await {
        let (alice, domain) = (alice(&lab).await, &lab.domain);
        let id = alice.resource().id;
        let wrong = alice.begin_two_factor("guess", "runs").await;
        assert!(matches!(wrong, Err(crate::Error::Invalid(Problem::PasswordWrong))));
        let new = alice.begin_two_factor(PASSWORD, "ML: runs").await.unwrap();
        assert_eq!(new.uri, format!("otpauth://totp/ML%20%20runs:alice?secret={}&issuer=ML%20%20runs", new.secret));
        assert_eq!(domain.second_step(id, None).await.unwrap(), SecondStep::Done);
        assert!(matches!(alice.confirm_two_factor("000").await, Err(crate::Error::Invalid(Problem::WrongCode))));

        let recovery = alice.confirm_two_factor(&shown(domain, &new.secret)).await.unwrap();
        assert_eq!((recovery.len(), alice.read().two_factor().await.unwrap()), (10, (true, 10)));
        assert_eq!(domain.second_step(id, None).await.unwrap(), SecondStep::Needed);
        assert_eq!(domain.second_step(id, Some(" ")).await.unwrap(), SecondStep::Needed);
        alice.remove_two_factor(PASSWORD).await.unwrap();
        assert_eq!(domain.second_step(id, None).await.unwrap(), SecondStep::Done);
        assert_eq!(alice.read().two_factor().await.unwrap(), (false, 0));
    }
}

#[tokio::test]
async fn an_admin_lets_in_who_has_lost_everything() {
    for lab in Lab::all().await {
        let (alice, domain) = (alice(&lab).await, &lab.domain);
        let secret = alice.begin_two_factor(PASSWORD, "runs").await.unwrap().secret;
        alice.confirm_two_factor(&shown(domain, &secret)).await.unwrap();
        let stranger = lab.mallory.allow::<DisableUser, Org>(&()).await;
        assert!(matches!(stranger, Err(crate::Error::Denied(denied)) if denied.first().code() == "ADMIN_ONLY"));
        let org = domain.operator().allow::<DisableUser, Org>(&()).await.unwrap();
        for _ in 0..2 {
            org.reset_two_factor("alice").await.unwrap();
            assert_eq!(domain.second_step(alice.resource().id, None).await.unwrap(), SecondStep::Done);
            assert_eq!(alice.read().two_factor().await.unwrap(), (false, 0));
            assert_eq!(lab.count("audit WHERE action = 'user:reset_two_factor' AND target = 'alice'").await, 1);
        }
        assert!(matches!(org.reset_two_factor("nobody").await, Err(crate::Error::NotFound(_))));
    }
}

#[tokio::test]
async fn no_code_works_twice_and_none_for_long() {
    for lab in Lab::all().await {
        let (alice, domain) = (alice(&lab).await, &lab.domain);
        let id = alice.resource().id;
        let secret = alice.begin_two_factor(PASSWORD, "runs").await.unwrap().secret;
        let first = shown(domain, &secret);
        let recovery = alice.confirm_two_factor(&first).await.unwrap();
        let step = async |code: &str| domain.second_step(id, Some(code)).await.unwrap();
        assert_eq!(step(&first).await, SecondStep::Wrong, "it confirmed already");
        lab.clock().advance(Duration::from_secs(30));
        let second = shown(domain, &secret);
        lab.clock().advance(Duration::from_secs(30));
        let (a, b) = tokio::join!(domain.second_step(id, Some(&second)), domain.second_step(id, Some(&second)));
        let mut both = [a.unwrap(), b.unwrap()];
        both.sort_by_key(|step| *step == SecondStep::Wrong);
        assert_eq!(both, [SecondStep::Done, SecondStep::Wrong], "one step late is in time, twice is not");
        let third = shown(domain, &secret);
        lab.clock().advance(Duration::from_secs(90));
        assert_eq!(step(&third).await, SecondStep::Wrong, "too late");
        assert_eq!(step(&recovery[3].to_uppercase()).await, SecondStep::Done);
        assert_eq!(step(&recovery[3]).await, SecondStep::Wrong);
        assert_eq!(alice.read().two_factor().await.unwrap(), (true, 9));
        // Those of another account are of no use.
        let mallory = lab.mallory.user().unwrap().id;
        sql_secret(domain, mallory, &secret).await;
        assert_eq!(domain.second_step(mallory, Some(&recovery[4])).await.unwrap(), SecondStep::Wrong);
    }
}

async fn sql_secret(domain: &Domain, account: i64, secret: &str) {
    let text = "UPDATE account SET totp_secret = $1 WHERE id = $2";
    crate::db::sql(text).bind(secret).bind(account).run(domain.db()).await.unwrap();
}
