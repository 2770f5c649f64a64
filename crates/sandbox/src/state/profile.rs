//! The attributes that people and identity providers give a user.

use pingone_models::User;
use serde_json::{Map, Value};

use crate::refusal::Refusal;
use crate::schemas;

/// Applies a partial update: null clears, an object is merged, anything else is set.
///
/// Only attributes of the documented profile that `wanted` names are taken; the others are ignored.
pub(crate) fn patch(
    profile: &mut User,
    changes: &Map<String, Value>,
    wanted: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let refuse = |_| Refusal::invalid(Vec::new());
    let mut value = serde_json::to_value(&*profile).map_err(refuse)?;
    let taken = changes
        .iter()
        .filter(|(name, _)| wanted(name) && schemas::is_profile_attribute(name));
    if let Value::Object(attributes) = &mut value {
        for (name, change) in taken {
            merge(attributes, name, change);
        }
    }
    *profile = serde_json::from_value(value).map_err(refuse)?;
    Ok(())
}

/// The attributes that the document does not know.
pub(crate) fn custom(attributes: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let known = |name: &str| schemas::is_profile_attribute(name) || schemas::is_user_member(name);
    attributes.iter().filter(move |(name, _)| !known(name))
}

fn merge(attributes: &mut Map<String, Value>, name: &str, change: &Value) {
    match (change, attributes.get_mut(name)) {
        (Value::Null, _) => {
            attributes.remove(name);
        }
        (Value::Object(members), Some(Value::Object(old))) => {
            for (name, change) in members {
                merge(old, name, change);
            }
        }
        (Value::Object(members), _) => {
            let mut new = Map::new();
            for (name, change) in members {
                merge(&mut new, name, change);
            }
            attributes.insert(name.to_owned(), Value::Object(new));
        }
        (change, _) => {
            attributes.insert(name.to_owned(), change.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use pingone_models::UserId;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_sets_merges_clears_and_ignores() {
        let mut user = User::new(UserId::new(uuid::Uuid::nil()))
            .with_username("linda")
            .with_nickname("L");
        let changes = json!({
            "nickname": null,
            "name": { "given": "Linda", "family": null },
            "shoeSize": 43,
            "enabled": false,
            "email": "linda@example.com",
        });
        patch(&mut user, changes.as_object().unwrap(), |name| {
            name != "email"
        })
        .unwrap();
        insta::assert_json_snapshot!(user, @r#"
        {
          "id": "00000000-0000-0000-0000-000000000000",
          "name": {
            "given": "Linda"
          },
          "username": "linda"
        }
        "#);
    }
}
