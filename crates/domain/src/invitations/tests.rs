//! Invitations: for whom, how often, how long, and what they give.

use super::*;
use crate::model::{EntityPath, Role};
use crate::policy::{Account, Administer, Allowed, Entity, Invite, RemoveMember, Session, Update};
use crate::teams::TeamChange;
use crate::testing::Lab;
use crate::users::NewUser;
use crate::{Problem, Thing};

async fn may_invite(session: &Session) -> Allowed<Invite, Entity> {
    session.allow::<Invite, Entity>(&EntityPath("team".to_owned())).await.unwrap()
}

async fn team(lab: &Lab) -> Allowed<Administer, Entity> {
    lab.domain.operator().allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap()
}

async fn me(session: &Session) -> Allowed<Update, Account> {
    session.me::<Update>().await.unwrap()
}

fn whoever(role: &str) -> NewInvitation {
    NewInvitation { role: role.to_owned(), ..NewInvitation::default() }
}

fn token(invited: &Invited) -> By {
    By::Token(invited.url.split_once("token=").unwrap().1.to_owned())
}

async fn role(lab: &Lab, user: &str) -> Option<String> {
    let text = "SELECT m.role FROM membership m JOIN account a ON a.id = m.user_id WHERE a.name = $1";
    sql(text).bind(user).optional::<(String,)>(lab.domain.db()).await.unwrap().map(|(role,)| role)
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Conflict(problem) | Error::Invalid(problem) | Error::NotFound(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_link_works_once_and_only_its_hash_is_stored() {
    for lab in Lab::all().await {
        let invited = may_invite(&lab.domain.operator()).await.invite(whoever("member")).await.unwrap();
        let By::Token(text) = token(&invited) else { unreachable!() };
        let (stored,): (String,) = sql("SELECT hash FROM invitation").one(lab.domain.db()).await.unwrap();
        assert_ne!(stored, text);
        assert!(lab.mallory.invitation_offer(&text).await.unwrap().is_some());
        let (mallory, victor) = (me(&lab.mallory).await, me(&lab.victor).await);
        let both = tokio::join!(mallory.accept_invitation(token(&invited)), victor.accept_invitation(token(&invited)));
        let won = [both.0, both.1].into_iter().filter(Result::is_ok).count();
        assert_eq!(won, 1);
        assert_eq!(problem(mallory.accept_invitation(token(&invited)).await), Problem::InvitationOver);
        assert!(lab.mallory.invitation_offer(&text).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn it_is_for_whom_it_was_made() {
    for lab in Lab::all().await {
        let inviter = may_invite(&lab.domain.operator()).await;
        let new = NewInvitation { user: Some("mallory".to_owned()), ..whoever("admin") };
        let invited = inviter.invite(new.clone()).await.unwrap();
        assert_eq!(problem(me(&lab.alice).await.accept_invitation(token(&invited)).await), Problem::InvitationOther);
        // A second one to the same guest takes the place of the first.
        let again = inviter.invite(new).await.unwrap();
        assert_eq!(problem(me(&lab.mallory).await.accept_invitation(token(&invited)).await), Problem::InvitationOver);
        let by_id = By::Id(again.invitation.id);
        assert_eq!(problem(me(&lab.alice).await.accept_invitation(by_id.clone()).await), Problem::InvitationOver);
        me(&lab.mallory).await.accept_invitation(by_id).await.unwrap();
        assert_eq!(role(&lab, "mallory").await.as_deref(), Some("admin"));
        let member = NewInvitation { user: Some("alice".to_owned()), ..whoever("viewer") };
        assert!(matches!(problem(inviter.invite(member).await), Problem::AlreadyMember { .. }));
    }
}

#[tokio::test]
async fn an_address_that_somebody_claims_gives_no_right_to_its_invitation() {
    for lab in Lab::all().await {
        let inviter = may_invite(&lab.domain.operator()).await;
        let new = NewInvitation { email: Some("Boss@example.org".to_owned()), ..whoever("admin") };
        let invited = inviter.invite(new).await.unwrap();
        let change = crate::users::AccountChange { email: Some("boss@example.org".to_owned()), ..Default::default() };
        me(&lab.mallory).await.edit(change).await.unwrap();
        assert!(me(&lab.mallory).await.read().invitations().await.unwrap().is_empty());
        let by_id = me(&lab.mallory).await.accept_invitation(By::Id(invited.invitation.id)).await;
        assert_eq!(problem(by_id), Problem::InvitationOver);
        assert_eq!(problem(me(&lab.victor).await.accept_invitation(token(&invited)).await), Problem::InvitationOther);
    }
}

#[tokio::test]
async fn a_higher_role_is_kept_and_an_expired_or_revoked_one_is_over() {
    for lab in Lab::all().await {
        let inviter = may_invite(&lab.domain.operator()).await;
        let low = inviter.invite(whoever("viewer")).await.unwrap();
        me(&lab.alice).await.accept_invitation(token(&low)).await.unwrap();
        assert_eq!(role(&lab, "alice").await.as_deref(), Some("member"));
        let old = inviter.invite(NewInvitation { days: Some(1), ..whoever("member") }).await.unwrap();
        lab.clock().advance(std::time::Duration::from_secs(24 * 3600 + 1));
        assert_eq!(problem(me(&lab.mallory).await.accept_invitation(token(&old)).await), Problem::InvitationOver);
        let revoked = inviter.invite(whoever("member")).await.unwrap();
        let id = revoked.invitation.id;
        let strange = lab.mallory.invitation_team(id).await;
        assert!(matches!(strange, Err(Error::NotFound(Problem::NotFound { what: Thing::Invitation, .. }))));
        inviter.revoke_invitation(id).await.unwrap();
        assert_eq!(problem(me(&lab.mallory).await.accept_invitation(token(&revoked)).await), Problem::InvitationOver);
        assert!(matches!(
            problem(inviter.invite(NewInvitation { days: Some(0), ..whoever("member") }).await),
            Problem::InvitationDays { .. }
        ));
    }
}

#[tokio::test]
async fn members_who_may_invite_give_no_more_than_they_have_and_lose_their_links_with_their_role() {
    for lab in Lab::all().await {
        let of = team(&lab).await;
        of.edit(TeamChange { members_invite: Some(true), ..TeamChange::default() }).await.unwrap();
        let alice = may_invite(&lab.alice).await;
        assert!(matches!(alice.invite(whoever("admin")).await, Err(Error::Denied(_))));
        assert!(matches!(alice.add("mallory", Role::Admin).await, Err(Error::Denied(_))));
        let invited = alice.invite(whoever("member")).await.unwrap();
        let remove = lab.domain.operator().allow::<RemoveMember, Entity>(&EntityPath("team".to_owned())).await.unwrap();
        remove.remove_member("alice").await.unwrap();
        assert_eq!(problem(me(&lab.alice).await.accept_invitation(token(&invited)).await), Problem::InvitationOver);
    }
}

#[tokio::test]
async fn an_account_is_made_by_a_link_with_the_address_that_it_was_sent_to() {
    for lab in Lab::all().await {
        let inviter = may_invite(&lab.domain.operator()).await;
        let new = NewInvitation { email: Some("new@example.org".to_owned()), ..whoever("member") };
        let invited = inviter.invite(new).await.unwrap();
        let By::Token(text) = token(&invited) else { unreachable!() };
        let user = |name: &str| NewUser {
            name: name.to_owned(),
            is_admin: true,
            password: Some("a long enough one".to_owned()),
            ..NewUser::default()
        };
        assert!(matches!(problem(lab.domain.sign_up(&text, user("alice"), None).await), Problem::NameTaken { .. }));
        let id = lab.domain.sign_up(&text, user("nina"), Some("Nina N".to_owned())).await.unwrap();
        let text_of = "SELECT email, full_name, is_admin FROM account WHERE id = $1";
        let row: (Option<String>, Option<String>, bool) = sql(text_of).bind(id).one(lab.domain.db()).await.unwrap();
        assert_eq!(row, (Some("new@example.org".to_owned()), Some("Nina N".to_owned()), false));
        assert_eq!(role(&lab, "nina").await.as_deref(), Some("member"));
        assert_eq!(problem(lab.domain.sign_up(&text, user("nils"), None).await), Problem::InvitationOver);
        let known = NewInvitation { user: Some("mallory".to_owned()), ..whoever("member") };
        let By::Token(text) = token(&inviter.invite(known).await.unwrap()) else { unreachable!() };
        assert_eq!(problem(lab.domain.sign_up(&text, user("nils"), None).await), Problem::InvitationSignIn);
    }
}
