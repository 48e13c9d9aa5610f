//! A sign-in that is under way at the identity provider: begun by a browser, finished once by the same browser.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::db::sql;
use crate::keys::secret;
use crate::{Domain, Error};

/// How long the provider's pages may take: ten minutes.
const GOOD_FOR: i64 = 600 * 1_000_000;

/// What a browser takes to the provider.
pub struct Flow {
    /// Comes back from the provider, and in the browser's cookie.
    pub state: String,
    /// Comes back inside the ID token.
    pub nonce: String,
    /// SHA-256 of the verifier, for PKCE (`S256`).
    pub challenge: String,
}

/// What the server kept meanwhile.
#[derive(Debug, FromRow)]
pub struct Finished {
    /// What the ID token must hold.
    pub nonce: String,
    /// What proves to the provider that the same server asks.
    pub verifier: String,
    /// Where the user wanted to go.
    pub next: String,
}

impl Domain {
    /// Begins a sign-in; the values that stay here are kept, the state only as a hash.
    pub async fn begin_sign_in(&self, next: &str) -> Result<Flow, Error> {
        let (state, nonce) = (self.clock().token::<40>()?, self.clock().token::<40>()?);
        let verifier = self.clock().token::<64>()?;
        let now = self.clock().now();
        let mut tx = self.db().begin().await?;
        sql("DELETE FROM sign_in_flow WHERE expires_at < $1").bind(now).run(&mut tx).await?;
        sql("INSERT INTO sign_in_flow (state, nonce, verifier, next, expires_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(secret::hash(&state))
            .bind(&nonce)
            .bind(&verifier)
            .bind(next)
            .bind(now + GOOD_FOR)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        Ok(Flow { state, nonce, challenge })
    }

    /// What was kept for the sign-in of `state`, which works once.
    pub async fn finish_sign_in(&self, state: &str) -> Result<Option<Finished>, Error> {
        let mut tx = self.db().begin().await?;
        let text = "DELETE FROM sign_in_flow WHERE state = $1 AND expires_at > $2 RETURNING nonce, verifier, next";
        let found = sql(text).bind(secret::hash(state)).bind(self.clock().now()).optional(&mut tx).await?;
        tx.commit().await?;
        Ok(found)
    }
}
