//! Comparing texts as the search methods of the API do.

use crate::zitadel::protocol::body::Node;
use crate::zitadel::state::entities::fold;

/// How a text is compared, in the order of the proto enums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Equals,
    EqualsFolded,
    StartsWith,
    StartsWithFolded,
    Contains,
    ContainsFolded,
    EndsWith,
    EndsWithFolded,
    /// A number no server knows: matches nothing.
    Unknown,
}

const TEXT_METHODS: [&str; 8] = [
    "TEXT_QUERY_METHOD_EQUALS",
    "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE",
    "TEXT_QUERY_METHOD_STARTS_WITH",
    "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE",
    "TEXT_QUERY_METHOD_CONTAINS",
    "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE",
    "TEXT_QUERY_METHOD_ENDS_WITH",
    "TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE",
];

impl Compare {
    const ALL: [Self; 8] = [
        Self::Equals,
        Self::EqualsFolded,
        Self::StartsWith,
        Self::StartsWithFolded,
        Self::Contains,
        Self::ContainsFolded,
        Self::EndsWith,
        Self::EndsWithFolded,
    ];

    fn of(number: usize) -> Self {
        Self::ALL.get(number).copied().unwrap_or(Self::Unknown)
    }

    /// The `method` of a text query.
    pub(crate) fn read(node: Node<'_>) -> Self {
        Self::of(node.choice("method", &TEXT_METHODS))
    }

    /// The `method` of a metadata key filter. The server mixes up two of them (recorded): `CONTAINS` works as
    /// `ENDS_WITH`, `ENDS_WITH` as `CONTAINS`, with and without case.
    pub(crate) fn read_metadata(node: Node<'_>) -> Self {
        let names = TEXT_METHODS.map(|name| name.replace("QUERY", "FILTER"));
        match Self::of(node.choice("method", &names.each_ref().map(String::as_str))) {
            Self::Contains => Self::EndsWith,
            Self::EndsWith => Self::Contains,
            Self::ContainsFolded => Self::EndsWithFolded,
            Self::EndsWithFolded => Self::ContainsFolded,
            other => other,
        }
    }

    fn folds(self) -> bool {
        matches!(
            self,
            Self::EqualsFolded | Self::StartsWithFolded | Self::ContainsFolded | Self::EndsWithFolded
        )
    }

    /// `wanted` is already folded where the method ignores case.
    pub(crate) fn matches(self, value: &str, wanted: &str) -> bool {
        let folded;
        let value = if self.folds() {
            folded = fold(value);
            &folded
        } else {
            value
        };
        match self {
            Self::Equals | Self::EqualsFolded => value == wanted,
            Self::StartsWith | Self::StartsWithFolded => value.starts_with(wanted),
            Self::Contains | Self::ContainsFolded => value.contains(wanted),
            Self::EndsWith | Self::EndsWithFolded => value.ends_with(wanted),
            Self::Unknown => false,
        }
    }

    pub(crate) fn prepare(self, wanted: &str) -> String {
        if self.folds() {
            fold(wanted)
        } else {
            wanted.to_owned()
        }
    }
}
