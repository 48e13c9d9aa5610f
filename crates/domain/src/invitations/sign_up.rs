//! Making an account by an invitation.

use super::accept::redeem;
use super::{By, assign};
use crate::db::sql;
use crate::users::{NewUser, Ready, check_full_name};
use crate::{Domain, Error, Problem};

impl Domain {
    /// Makes an account for the holder of an invitation's link, and accepts. The account's id.
    ///
    /// The account has the address that the invitation was sent to, and no other: nobody has proved any.
    pub async fn sign_up(&self, token: &str, new: NewUser, full_name: Option<String>) -> Result<i64, Error> {
        let settings = self.settings().await?;
        if let Some(reason) = &settings.read_only {
            return Err(Error::Conflict(Problem::ReadOnlyNow { reason: reason.clone() }));
        }
        if !settings.password_sign_in {
            return Err(Error::Conflict(Problem::SignUpOff));
        }
        let offer = super::offer::by_token(self, token).await?.ok_or(Error::NotFound(Problem::InvitationOver))?;
        if offer.user.is_some() {
            return Err(Error::Conflict(Problem::InvitationSignIn));
        }
        if new.password.is_none() {
            return Err(Error::Invalid(Problem::PasswordMissing));
        }
        let full_name = check_full_name(full_name)?;
        let (name, email) = (new.name.trim().to_owned(), offer.email);
        let ready = Ready::check(NewUser { email: email.clone(), is_admin: false, ..new }).await?;
        let system = self.system();
        let mut tx = self.db().begin().await?;
        let id = ready.insert(&system, &mut tx).await?;
        sql("UPDATE account SET full_name = $1 WHERE id = $2").bind(full_name).bind(id).run(&mut tx).await?;
        redeem(&mut tx, &system, &By::Token(token.to_owned()), (id, &name, email.as_deref())).await?;
        if let Some(email) = &email {
            assign(&mut tx, id, email).await?;
        }
        tx.commit().await?;
        Ok(id)
    }
}
