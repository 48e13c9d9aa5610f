//! The proof itself.

use std::marker::PhantomData;

use super::operation::{On, Read, Update};
use super::resource::{Account, Artifact, Place, Project, Run, View};
use super::session::Session;
use crate::domain::Domain;

/// Proof that the policy allowed action `A` on the loaded thing for this request. Only `policy` can build one, and every
/// storage verb is a method of one, so a handler that forgets to ask does not compile.
#[derive(Debug)]
pub struct Allowed<A, R> {
    session: Session,
    resource: R,
    action: PhantomData<fn() -> A>,
}

impl<A, R: Clone> Clone for Allowed<A, R> {
    fn clone(&self) -> Self {
        Self::new(self.session.clone(), self.resource.clone())
    }
}

impl<A, R> Allowed<A, R> {
    pub(super) fn new(session: Session, resource: R) -> Self {
        Self { session, resource, action: PhantomData }
    }

    /// The thing, as it was when the decision was made.
    pub fn resource(&self) -> &R {
        &self.resource
    }

    /// Who was allowed.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The server's parts, for storage verbs.
    pub(crate) fn domain(&self) -> &Domain {
        self.session.domain()
    }
}

impl<R: Clone> Allowed<Update, R>
where
    Read: On<R>,
    Update: On<R>,
{
    /// Whoever may change a thing may look at it (the role matrix proves it for every role and key).
    pub fn read(&self) -> Allowed<Read, R> {
        Allowed::new(self.session.clone(), self.resource.clone())
    }
}

impl Allowed<Update, Run> {
    /// The same run after a verb changed its generation and state.
    pub(crate) fn at(&self, generation: i64, state: crate::model::RunState) -> Self {
        Self::new(self.session.clone(), Run { generation, state, ..self.resource.clone() })
    }
}

impl Allowed<Read, Project> {
    /// A run of this project: reading runs is decided by the project alone.
    pub(crate) fn run(&self, run: Run) -> Allowed<Read, Run> {
        debug_assert_eq!(run.project.id, self.resource.id);
        Allowed::new(self.session.clone(), run)
    }
}

impl Allowed<Update, Artifact> {
    /// The project of its sequence: whoever may change an artifact may look at its project.
    pub(crate) fn project(&self) -> Allowed<Read, Project> {
        Allowed::new(self.session.clone(), self.resource.project.clone())
    }
}

impl Allowed<Read, Run> {
    /// The run's project.
    pub fn project(&self) -> Allowed<Read, Project> {
        Allowed::new(self.session.clone(), self.resource.project.clone())
    }
}

impl Allowed<Read, View> {
    /// The view's project: views are read by whoever reads it.
    pub fn project(&self) -> Allowed<Read, Project> {
        Allowed::new(self.session.clone(), self.resource.project.clone())
    }
}

impl Allowed<super::Submit, Place> {
    /// A run just created here, or one of the same name that somebody submitted before: whoever may submit to a project
    /// may update its runs (both need the member role).
    pub(crate) fn submitted(&self, run: Run) -> Allowed<Update, Run> {
        Allowed::new(self.session.clone(), run)
    }
}

impl Allowed<Read, Account> {
    /// The account may be changed by whoever may see its keys.
    pub(crate) fn id(&self) -> i64 {
        self.resource.id
    }
}
