//! Requests in the classic style. What is irregular stands in [`super::forms`] and [`super::fills`].

use localtrail_model::catalogue::{Entry, Kind, Member, ShapeId};
use serde_json::{Map, Value, json};

use super::fills::{ALWAYS, DEFAULTS, Fill, OF_PERMISSION, QUIET_FILTERS};
use super::forms::{self, Form, Shape};
use super::modern::query_name;
use crate::render::hidden::{self, Hiding};
use crate::render::moment::Moment;
use crate::render::tree::{lower_first, lowered};

/// Members of RunInstances that stand together in one item of `instancesSet` (O).
const OF_INSTANCE: [&str; 4] = ["imageId", "minCount", "maxCount", "keyName"];

/// The parameters of a classic operation.
pub(super) fn parameters(
    service: &'static Entry,
    operation: &str,
    input: &Map<String, Value>,
) -> Map<String, Value> {
    let asked = permissions_by_operation(operation, input);
    let input = asked.as_ref().unwrap_or(input);
    let shape = service.operation(operation).and_then(|op| op.input);
    let writer = Classic {
        service,
        operation,
        hiding: Hiding::of("ec2", operation),
    };
    let mut told = Map::new();
    writer.write(input, shape, Depth::Top, &mut told);
    writer.add_empty_sets(shape, &mut told);
    let defaults = DEFAULTS.iter().find(|(name, _)| *name == operation);
    for (name, fill) in defaults.map_or(&[][..], |(_, fills)| fills) {
        told.entry(*name).or_insert_with(|| match fill {
            Fill::False => false.into(),
            Fill::Disabled => json!({"enabled": false}),
        });
    }
    match operation {
        "RunInstances" => gather_instance(&mut told),
        "ModifyImageAttribute" if told.contains_key("launchPermission") => {
            told.entry("attributeType")
                .or_insert("launchPermission".into());
        }
        "ModifySnapshotAttribute" => add_snapshot_attribute(input, &mut told),
        _ => (),
    }
    told
}

/// What of a snapshot is modified, as Java's constants are written (O; where the call does not say, I).
fn add_snapshot_attribute(input: &Map<String, Value>, told: &mut Map<String, Value>) {
    let attribute = match input.get("Attribute").and_then(Value::as_str) {
        Some("productCodes") => "PRODUCT_CODES",
        Some("createVolumePermission") => "CREATE_VOLUME_PERMISSION",
        Some(other) => other,
        None if told.contains_key("createVolumePermission") => "CREATE_VOLUME_PERMISSION",
        None => return,
    };
    told.insert("attributeType".to_owned(), attribute.into());
}

/// Whether a structure is the request itself or stands inside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Inner,
}

struct Classic<'a> {
    service: &'static Entry,
    operation: &'a str,
    hiding: Hiding<'a>,
}

impl Classic<'_> {
    fn write(
        &self,
        members: &Map<String, Value>,
        shape: Option<ShapeId>,
        depth: Depth,
        told: &mut Map<String, Value>,
    ) {
        let structure = shape.and_then(|shape| self.service.api().structure(shape));
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            match structure.and_then(|structure| structure.member(name)) {
                Some(member) => self.member(member, value, depth, told),
                None => {
                    let shown = match self.hiding.mark(name, None, value) {
                        Some(mark) => mark.over(value),
                        None => Some(lowered(value)),
                    };
                    told.extend(shown.map(|shown| (lower_first(name), shown)));
                }
            }
        }
    }

    fn member(&self, member: &Member, value: &Value, depth: Depth, told: &mut Map<String, Value>) {
        let shape = self.service.api().shape(member.shape);
        let form = self.form(&query_name(member), &shape.kind, depth);
        if form == Some(Form::LeftOut) {
            return;
        }
        if let Some(mark) = self.hiding.mark(member.name, Some(member), value) {
            if let Some(shown) = mark.over(value) {
                told.insert(lower_first(&query_name(member)), shown);
            }
            return;
        }
        self.formed(member, form, value, told);
    }

    fn formed(
        &self,
        member: &Member,
        form: Option<Form>,
        value: &Value,
        told: &mut Map<String, Value>,
    ) {
        let name = lower_first(&query_name(member));
        match (form, value) {
            (Some(Form::Spread), Value::Object(inner)) => {
                self.write(inner, Some(member.shape), Depth::Inner, told);
            }
            (Some(Form::Plain(key)), Value::Array(items)) => {
                told.insert(key.to_owned(), self.items(items, member.shape, None));
            }
            (Some(Form::OddSet(set, item)), Value::Array(items)) => {
                let items = self.items(items, member.shape, Some(item));
                told.insert(set.to_owned(), json!({"item": items}));
            }
            (Some(Form::Set(set, item)), Value::Array(items)) => {
                self.add_items(set, items, member.shape, Some(item), told);
            }
            (Some(Form::Items(set)), Value::Array(items)) => {
                self.add_items(set, items, member.shape, None, told);
            }
            (_, Value::Array(items)) => {
                self.add_items(
                    &format!("{name}Set"),
                    items,
                    member.shape,
                    Some(&name),
                    told,
                );
            }
            (Some(Form::Text(key)), value) => {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                told.insert(key.to_owned(), text.into());
            }
            (Some(Form::Name(key)), value) => {
                told.insert(key.to_owned(), self.value(value, member.shape));
            }
            (_, value) => {
                told.insert(name, self.value(value, member.shape));
            }
        }
    }

    /// Puts items into a set; two members can share one, as groups by id and by name do.
    fn add_items(
        &self,
        set: &str,
        items: &[Value],
        list: ShapeId,
        item: Option<&str>,
        told: &mut Map<String, Value>,
    ) {
        let mut written = match self.items(items, list, item) {
            Value::Array(written) => written,
            _ => Vec::new(),
        };
        let slot = told.entry(set).or_insert_with(|| json!({}));
        match slot.get_mut("items") {
            Some(Value::Array(there)) => there.append(&mut written),
            _ if written.is_empty() => (),
            _ => *slot = json!({"items": written}),
        }
    }

    /// The items of a list: structures as they are, texts under the name `item`.
    fn items(&self, items: &[Value], list: ShapeId, item: Option<&str>) -> Value {
        let Kind::List { member, .. } = &self.service.api().shape(list).kind else {
            return Value::Array(items.to_vec());
        };
        let one = |value: &Value| match (self.value(value, *member), item) {
            (Value::Object(members), _) => Value::Object(members),
            (text, Some(item)) => json!({item: text}),
            (text, None) => text,
        };
        items.iter().map(one).collect()
    }

    fn value(&self, value: &Value, id: ShapeId) -> Value {
        match (&self.service.api().shape(id).kind, value) {
            (Kind::Structure(structure), Value::Object(members)) => {
                let mut told = Map::new();
                self.write(members, Some(id), Depth::Inner, &mut told);
                if structure.member("IpRanges").is_some() {
                    for set in OF_PERMISSION {
                        told.entry(set).or_insert_with(|| json!({}));
                    }
                }
                Value::Object(told)
            }
            (Kind::Timestamp(format), time) => Moment::of(self.service).write(time, *format),
            _ => hidden::guarded(value),
        }
    }

    fn form(&self, name: &str, shape: &Kind, depth: Depth) -> Option<Form> {
        let shape = match shape {
            Kind::List { .. } => Shape::List,
            _ => Shape::Other,
        };
        match depth {
            Depth::Top => forms::of_parameter(self.operation, name, shape),
            Depth::Inner => forms::of_inner(name, shape),
        }
    }

    fn add_empty_sets(&self, shape: Option<ShapeId>, told: &mut Map<String, Value>) {
        let always = ALWAYS.iter().find(|(name, _)| *name == self.operation);
        for set in always.map_or(&[][..], |(_, sets)| sets) {
            told.entry(*set).or_insert_with(|| json!({}));
        }
        let structure = shape.and_then(|shape| self.service.api().structure(shape));
        let (true, Some(structure)) = (self.operation.starts_with("Describe"), structure) else {
            return;
        };
        for member in &structure.members {
            let shape = self.service.api().shape(member.shape);
            let is_list = matches!(shape.kind, Kind::List { .. });
            let name = query_name(member);
            let is_quiet = name == "Filter" && QUIET_FILTERS.contains(&self.operation);
            let set = match self.form(&name, &shape.kind, Depth::Top) {
                Some(Form::Set(set, _) | Form::OddSet(set, _) | Form::Items(set)) => set.to_owned(),
                _ => format!("{}Set", lower_first(&name)),
            };
            if is_list && !is_quiet {
                told.entry(set).or_insert_with(|| json!({}));
            }
        }
    }
}

/// The image, the counts and the key of RunInstances stand in an item (O).
fn gather_instance(told: &mut Map<String, Value>) {
    let mut instance = Map::new();
    for name in OF_INSTANCE {
        if let Some(value) = told.shift_remove(name) {
            instance.insert(name.to_owned(), value);
        }
    }
    told.insert("instancesSet".to_owned(), json!({"items": [instance]}));
}

/// Permissions of images and snapshots can be changed by `OperationType`, `UserId` and `UserGroup` too, which mean the
/// same as the structures `Add` and `Remove` and are told alike (I).
fn permissions_by_operation(
    operation: &str,
    input: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let member = match operation {
        "ModifyImageAttribute" => "LaunchPermission",
        "ModifySnapshotAttribute" => "CreateVolumePermission",
        _ => return None,
    };
    let side = match input.get("OperationType")?.as_str()? {
        "add" => "Add",
        "remove" => "Remove",
        _ => return None,
    };
    let mut permissions = Vec::new();
    for (list, name) in [
        ("UserIds", "UserId"),
        ("UserGroups", "Group"),
        ("GroupNames", "Group"),
    ] {
        let items = input.get(list).and_then(Value::as_array);
        permissions.extend(items.into_iter().flatten().map(|item| json!({name: item})));
    }
    let mut changed = input.clone();
    for name in ["OperationType", "UserIds", "UserGroups", "GroupNames"] {
        changed.shift_remove(name);
    }
    changed.insert(member.to_owned(), json!({side: permissions}));
    Some(changed)
}
