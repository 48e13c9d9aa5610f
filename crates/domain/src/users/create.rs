//! Making an account with its personal entity.

use super::password;
use crate::db::{Tx, sql};
use crate::model::UserName;
use crate::policy::{Account, Allowed, CreateKey, CreateUser, Org, Session};
use crate::{Error, Problem, audit};

/// What an account begins with.
#[derive(Debug, Default)]
pub struct NewUser {
    /// User name; also the personal entity's.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// Organization admin.
    pub is_admin: bool,
    /// Saved language.
    pub language: Option<String>,
    /// Password; none for accounts that only use keys.
    pub password: Option<String>,
}

impl Allowed<CreateUser, Org> {
    /// Makes an account; the answer is the proof for making its first key.
    pub async fn create_user(&self, new: NewUser) -> Result<Allowed<CreateKey, Account>, Error> {
        let name = new.name.clone();
        let ready = Ready::check(new).await?;
        let mut tx = self.domain().db().begin().await?;
        let email = ready.new.email.clone();
        let id = ready.insert(self.session(), &mut tx).await?;
        if let Some(email) = email {
            crate::invitations::assign(&mut tx, id, &email).await?;
        }
        tx.commit().await?;
        self.session().allow::<CreateKey, Account>(&crate::model::EntityPath(name)).await
    }
}

/// A checked new account, its password already hashed (never inside a transaction).
pub(crate) struct Ready {
    name: UserName,
    new: NewUser,
    hash: Option<String>,
}

impl Ready {
    pub(crate) async fn check(mut new: NewUser) -> Result<Self, Error> {
        let name = UserName::new(new.name.trim())?;
        new.email = super::edit::check_email(new.email)?;
        new.full_name = super::edit::check_full_name(new.full_name)?;
        new.language = super::edit::check_language(new.language)?;
        let hash = match &new.password {
            Some(password) => Some(password::hash(password).await?),
            None => None,
        };
        Ok(Self { name, new, hash })
    }

    /// Inserts entity and account; the account's id.
    pub(crate) async fn insert(self, session: &Session, tx: &mut Tx) -> Result<i64, Error> {
        let name = self.name.as_str();
        let now = session.domain().clock().now();
        crate::teams::claim(tx, name, None).await?;
        if let Some(email) = &self.new.email {
            let taken: Option<(i64,)> =
                sql("SELECT id FROM account WHERE email = $1").bind(email).optional(&mut *tx).await?;
            if taken.is_some() {
                return Err(Error::Conflict(Problem::EmailTaken { email: email.clone() }));
            }
        }
        let entity = tx.next_id("entity").await?;
        let account = tx.next_id("account").await?;
        sql("INSERT INTO entity (id, name, kind, created_at) VALUES ($1, $2, 'user', $3)")
            .bind(entity)
            .bind(name)
            .bind(now)
            .run(&mut *tx)
            .await?;
        sql("INSERT INTO account (id, entity_id, name, email, full_name, password_hash, is_admin, language, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(account)
        .bind(entity)
        .bind(name)
        .bind(self.new.email)
        .bind(self.new.full_name)
        .bind(self.hash)
        .bind(self.new.is_admin)
        .bind(self.new.language)
        .bind(now)
        .run(&mut *tx)
        .await?;
        audit::done(tx, session, "user:create", name).await?;
        Ok(account)
    }
}
