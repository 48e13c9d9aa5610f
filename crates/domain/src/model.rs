//! Words with rules: names that are valid by construction, roles, visibilities, states.

mod name;
mod path;
mod pattern;
mod role;
mod state;
mod sweep_state;

pub use name::{ChartName, EntityName, FileName, ProjectName, RunName, UserName};
pub use path::{ArtifactPath, CollectionPath, EntityPath, ProjectPath, RunPath, SweepPath, ViewPath};
pub(crate) use pattern::matches;
pub use role::{KeyScope, RegistryRole, Role, Visibility};
pub use state::RunState;
pub use sweep_state::SweepState;

/// Implements the text form (`as_str`, `FromStr`, `Display`) of an enum of fixed words.
macro_rules! words {
    ($type:ident, $what:ident, { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in order.
            #[allow(dead_code, reason = "not every list of words is listed")]
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::str::FromStr for $type {
            type Err = crate::Error;
            fn from_str(s: &str) -> Result<Self, crate::Error> {
                match s {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::Error::Invalid(crate::Problem::BadWord {
                        what: crate::Thing::$what,
                        text: s.to_owned(),
                        known: [$($word),+].join(", "),
                    })),
                }
            }
        }
        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
