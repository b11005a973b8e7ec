//! `/_localtrail/organizations`: which organizations there are, until the Organizations API tells. GET lists them, PUT
//! replaces them all; below, PUT `organizations/ID` declares one and DELETE `organizations/ID` dissolves it.
//!
//! What an organization may be, core knows.

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use localtrail_core::{Organization, OrganizationId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::control;
use crate::engine::{Engine, Ticket};
use crate::organizations::ORGANIZATIONS_LIMIT;
use crate::reply::{self, Reply};
use crate::site::Site;

/// What GET answers and PUT takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    organizations: Vec<Map<String, Value>>,
}

/// Objects are asked for, since an array could be read as one too.
fn all(said: Value) -> Result<Vec<Organization>, String> {
    if !said.is_object() {
        return Err("the body is not an object".to_owned());
    }
    let all: All = serde_json::from_value(said).map_err(|error| error.to_string())?;
    let each = all.organizations.into_iter();
    each.map(|one| serde_json::from_value(Value::Object(one)).map_err(|error| error.to_string()))
        .collect()
}

pub(super) fn get(site: &Site) -> Reply {
    let guarded = site.engine.lock();
    let all: Vec<_> = guarded.trail.organizations().collect();
    reply::json(StatusCode::OK, &json!({ "organizations": all }))
}

pub(super) async fn put_all(site: &Site, request: Request<Incoming>) -> Reply {
    let said: Value = match control::read_json(request).await {
        Ok(said) => said,
        Err(refused) => return refused,
    };
    let wanted = match all(said) {
        Ok(wanted) => wanted,
        Err(sentence) => return refused(&sentence),
    };
    if wanted.len() > ORGANIZATIONS_LIMIT {
        return too_many();
    }
    let ticket = {
        let mut guarded = site.engine.lock();
        let now = site.engine.clock.now();
        if let Err(error) = guarded.trail.replace_organizations(wanted, now) {
            return refused(&error.to_string());
        }
        site.engine.note(&mut guarded)
    };
    kept(&site.engine, ticket, || get(site)).await
}

pub(super) async fn put(site: &Site, id: &str, request: Request<Incoming>) -> Reply {
    let said: Value = match control::read_json(request).await {
        Ok(said) => said,
        Err(refused) => return refused,
    };
    let organization = match named(said, id) {
        Ok(organization) => organization,
        Err(sentence) => return refused(&sentence),
    };
    let (ticket, organization) = {
        let mut guarded = site.engine.lock();
        let is_new = guarded
            .trail
            .organizations()
            .all(|other| other.id != organization.id);
        if is_new && guarded.trail.organizations().count() >= ORGANIZATIONS_LIMIT {
            return too_many();
        }
        let now = site.engine.clock.now();
        let account = organization.management_account;
        let declared = guarded.trail.declare_organization(organization, now);
        if let Err(error) = declared {
            return refused(&error.to_string());
        }
        let kept = guarded.trail.organization_of(account).cloned();
        (site.engine.note(&mut guarded), kept)
    };
    kept(&site.engine, ticket, || {
        reply::json(StatusCode::OK, &json!(organization))
    })
    .await
}

pub(super) async fn delete(site: &Site, id: &str) -> Reply {
    let ticket = {
        let mut guarded = site.engine.lock();
        let now = site.engine.clock.now();
        let dissolved = OrganizationId::parse(id)
            .is_some_and(|id| guarded.trail.dissolve_organization(&id, now));
        if !dissolved {
            let text = format!("The organization \"{id}\" is not declared.");
            return reply::sentence(StatusCode::NOT_FOUND, &text);
        }
        site.engine.note(&mut guarded)
    };
    kept(&site.engine, ticket, || {
        reply::whole(StatusCode::OK, "application/json", "{}")
    })
    .await
}

/// An organization whose id the path tells, and may not be contradicted.
fn named(mut said: Value, id: &str) -> Result<Organization, String> {
    let Some(members) = said.as_object_mut() else {
        return Err("the body is not an object".to_owned());
    };
    let told = members.entry("id").or_insert_with(|| Value::from(id));
    if *told != id {
        return Err(format!(
            "the id in the path is \"{id}\", that in the body {told}"
        ));
    }
    serde_json::from_value(said).map_err(|error| error.to_string())
}

fn refused(why: &str) -> Reply {
    let text = format!("The organizations cannot be so: {why}.");
    reply::sentence(StatusCode::BAD_REQUEST, &text)
}

fn too_many() -> Reply {
    let text = format!("There can be {ORGANIZATIONS_LIMIT} organizations. Dissolve some first.");
    reply::sentence(StatusCode::BAD_REQUEST, &text)
}

async fn kept(engine: &Engine, ticket: Ticket, answer: impl FnOnce() -> Reply) -> Reply {
    match engine.kept(ticket).await {
        Ok(()) => answer(),
        Err(error) => {
            let text = format!("The change is not kept: {error}.");
            reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_organization() {
        let id = "o-a1b2c3d4e5";
        let organization = named(json!({ "managementAccount": "111122223333" }), id).unwrap();
        assert_eq!(organization.id.as_str(), id);
        for wrong in [
            json!([]),
            json!({}),
            json!({ "id": "o-0000000000", "managementAccount": "111122223333" }),
            json!({ "managementAccount": "1" }),
            json!({ "managementAccount": "111122223333", "nonsense": 1 }),
        ] {
            assert!(named(wrong.clone(), id).is_err(), "{wrong}");
        }
        assert!(named(json!({ "managementAccount": "111122223333" }), "o-1").is_err());
    }
}
