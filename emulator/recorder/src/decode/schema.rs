//! Where a value stands in the model: its shape, or that nothing is known of it. No protocol is known here but for the
//! one rule that XML and form bodies share about flattened lists.

use localtrail_model::catalogue::{Api, Kind, Member, Shape, ShapeId, Structure};

/// What the model says about a value.
#[derive(Clone, Copy)]
pub(super) enum Schema<'a> {
    /// Nothing: it is told as it came.
    Unknown,
    /// Its shape, and the API that the ids inside belong to.
    Known {
        /// The API.
        api: &'a Api,
        /// The shape.
        shape: &'a Shape,
    },
}

impl<'a> Schema<'a> {
    /// The shape behind an id of `api`; unknown without one.
    pub(super) fn of(api: &'a Api, id: Option<ShapeId>) -> Self {
        match id {
            Some(id) => Self::Known {
                api,
                shape: api.shape(id),
            },
            None => Self::Unknown,
        }
    }

    /// The shape behind an id that stands inside this one.
    pub(super) fn to(self, id: ShapeId) -> Self {
        match self {
            Self::Known { api, .. } => Self::of(api, Some(id)),
            Self::Unknown => Self::Unknown,
        }
    }

    /// The shape of a member of this structure; unknown for an unknown member.
    pub(super) fn member(self, member: Option<&Member>) -> Self {
        member.map_or(Self::Unknown, |member| self.to(member.shape))
    }

    /// The shape of each item of this list, or of each value of this map.
    pub(super) fn items(self) -> Self {
        match self.kind() {
            Some(Kind::List { member, .. }) => self.to(*member),
            Some(Kind::Map { value, .. }) => self.to(*value),
            _ => Self::Unknown,
        }
    }

    /// The kind of the shape.
    pub(super) fn kind(self) -> Option<&'a Kind> {
        match self {
            Self::Known { shape, .. } => Some(&shape.kind),
            Self::Unknown => None,
        }
    }

    /// The members, where this is a structure.
    pub(super) fn structure(self) -> Option<&'a Structure> {
        match self.kind() {
            Some(Kind::Structure(structure)) => Some(structure),
            _ => None,
        }
    }

    /// The member of this structure that has `name` on the wire.
    pub(super) fn on_wire(self, name: &str) -> Option<&'a Member> {
        self.structure()?.on_wire(name)
    }

    /// The member whose elements (XML) or parameters (form) are named `name`: by its own name there, or, where its list
    /// is flattened, by the name of the list's items.
    pub(super) fn by_element(self, name: &str) -> Option<&'a Member> {
        let structure = self.structure()?;
        structure.on_wire(name).or_else(|| {
            structure.members.iter().find(|member| {
                let inner = self.to(member.shape);
                inner.is_flattened(Some(member)) && inner.item_name() == Some(name)
            })
        })
    }

    /// Whether the items or entries of this list or map, which `member` holds, stand without an element around them.
    pub(super) fn is_flattened(self, member: Option<&Member>) -> bool {
        match self.kind() {
            Some(Kind::List { flattened, .. } | Kind::Map { flattened, .. }) => {
                *flattened || member.is_some_and(|member| member.flattened)
            }
            _ => false,
        }
    }

    /// The name that the model gives to an item's element.
    pub(super) fn item_name(self) -> Option<&'a str> {
        match self.kind() {
            Some(Kind::List { member_name, .. }) => *member_name,
            _ => None,
        }
    }

    /// The names of a map entry's two elements.
    pub(super) fn entry_names(self) -> (&'a str, &'a str) {
        match self.kind() {
            Some(Kind::Map {
                key_name,
                value_name,
                ..
            }) => (key_name.unwrap_or("key"), value_name.unwrap_or("value")),
            _ => ("key", "value"),
        }
    }

    /// Whether this is an event stream, which is no value.
    pub(super) fn is_event_stream(self) -> bool {
        self.structure()
            .is_some_and(|structure| structure.is_event_stream)
    }
}
