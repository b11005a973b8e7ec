//! The account's alias, which records of its root user show.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::Ask;
use crate::directory::Change;
use crate::query::{Fault, Rule, Said};

const ALIAS: Rule = Rule::length(3, 63).of(
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
    "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
);

pub(super) fn create(ask: &mut Ask<'_>) -> Said {
    let alias = ask.input.required("AccountAlias", ALIAS);
    let account = ask.account();
    ask.change(|state| {
        if state.alias(account) != Some(alias) && state.alias_is_taken(alias) {
            return Err(Fault::new(
                StatusCode::CONFLICT,
                "EntityAlreadyExists",
                format!("The account alias {alias} already exists."),
            ));
        }
        // A new one takes the place of the old one (D).
        let change = Change::Alias(account, Some(alias.to_owned()));
        Ok((Value::Null, vec![change]))
    })
}

pub(super) fn list(ask: &mut Ask<'_>) -> Said {
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        let aliases = state.alias(account).into_iter();
        Ok(page.of("AccountAliases", aliases.map(|alias| (alias, json!(alias)))))
    })
}

pub(super) fn delete(ask: &mut Ask<'_>) -> Said {
    let alias = ask.input.required("AccountAlias", ALIAS);
    let account = ask.account();
    ask.change(|state| {
        if state.alias(account) != Some(alias) {
            return Err(Fault::new(
                StatusCode::NOT_FOUND,
                "NoSuchEntity",
                "The account alias cannot be found.",
            ));
        }
        Ok((Value::Null, vec![Change::Alias(account, None)]))
    })
}
