//! Sentences as data: an enum whose variants are sentences of the catalogue with their arguments.

/// Declares such an enum. Each variant names its code, and the arguments that its text may mention:
///
/// ```
/// domain::sentences! {
///     /// What went wrong.
///     pub enum Trouble {
///         NameTaken = "NAME_TAKEN" { name: String },
///         Closed = "CLOSED",
///     }
/// }
/// let trouble = Trouble::NameTaken { name: "ann".to_owned() };
/// assert_eq!((trouble.code(), trouble.args()), ("NAME_TAKEN", vec![("name", "ann".to_owned())]));
/// assert_eq!(trouble.to_string(), "NAME_TAKEN name=\"ann\"");
/// ```
///
/// Its text form is for logs: the code and the arguments.
#[macro_export]
macro_rules! sentences {
    (
        $(#[$doc:meta])*
        $vis:vis enum $name:ident {
            $($variant:ident = $code:literal $({ $($field:ident : $type:ty),+ $(,)? })?),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the sentence in the catalogue says what each is")]
        $vis enum $name {
            $($variant $({ $($field: $type),+ })?),+
        }

        impl $name {
            /// Every code, for the catalogue's completeness test, with the names of its arguments.
            pub const CODES: &'static [(&'static str, &'static [&'static str])] =
                &[$(($code, &[$($(stringify!($field)),+)?])),+];

            /// The last part of the catalogue's key.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant $({ $($field: _),+ })? => $code),+ }
            }

            /// The arguments as text, by name. Empty text means "nothing to say here".
            pub fn args(&self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$variant $({ $($field),+ })? => vec![$($((stringify!($field), $field.to_string())),+)?]),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.code())?;
                self.args().iter().try_for_each(|(name, value)| write!(f, " {name}={value:?}"))
            }
        }
    };
}
