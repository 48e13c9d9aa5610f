//! Beginning: a secret is shown, which counts once a code of it was typed.

use totp_rs::{Builder, Secret};

use super::SECRET_BYTES;
use crate::db::sql;
use crate::policy::{Account, Allowed, Update};
use crate::{Error, audit};

/// A secret to be put into an authenticator.
pub struct NewSecret {
    /// Base32, for typing.
    pub secret: String,
    /// `otpauth://…`, for a QR code.
    pub uri: String,
}

impl Allowed<Update, Account> {
    /// Draws a secret for whoever knows the password. `issuer` is what the authenticator shows beside the user's name.
    pub async fn begin_two_factor(&self, password: &str, issuer: &str) -> Result<NewSecret, Error> {
        self.knows_password(password).await?;
        let drawn = Secret::new(Box::new(self.domain().clock().bytes::<SECRET_BYTES>()?));
        let secret = drawn.to_base32();
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE account SET totp_pending = $1 WHERE id = $2";
        sql(text).bind(&secret).bind(self.resource().id).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "user:begin_two_factor", &self.resource().name).await?;
        tx.commit().await?;
        // A colon parts the issuer from the name.
        let codes = Builder::new().with_secret(drawn).with_issuer(Some(issuer.replace(':', " ")));
        let codes = codes.with_account_name(self.resource().name.clone()).build();
        let uri = codes.and_then(|codes| codes.to_url());
        let uri = uri.map_err(|e| Error::internal("making a second factor", e.to_string()))?;
        Ok(NewSecret { secret, uri })
    }
}
