//! What hangs on a user beside devices and sessions: groups, linked accounts and pairing keys.

use pingone_models::{GroupId, UserId};
use pingone_sandbox::{NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{MILLISECOND, Reply, Request, action, linda, minutes, sandbox};

/// A user and the address of what hangs on the user.
struct Owner<'s> {
    sandbox: &'s Sandbox,
    user: UserId,
}

impl<'s> Owner<'s> {
    fn new(sandbox: &'s Sandbox, user: NewUser) -> Self {
        let user = sandbox.seed_user(user).unwrap();
        Self { sandbox, user }
    }

    fn request(&self, method: &str, below: &str) -> Request<'s> {
        let environment = self.sandbox.environment_id();
        let path = format!("/v1/environments/{environment}/users/{}{below}", self.user);
        Request::new(self.sandbox, method, path).authorized()
    }

    async fn get(&self, below: &str) -> Reply {
        self.request("GET", below).send().await
    }

    async fn delete(&self, below: &str) -> Reply {
        self.request("DELETE", below).send().await
    }

    async fn post(&self, below: &str, media_type: &str, body: &Value) -> Reply {
        let request = self.request("POST", below).media_type(media_type);
        request.json(body).send().await
    }
}

const JSON: &str = "application/json";

fn group(number: u128) -> GroupId {
    GroupId::new(uuid::Uuid::from_u128(number))
}

async fn groups(sandbox: &Sandbox, below: &str) -> Reply {
    let path = format!(
        "/v1/environments/{}/groups{below}",
        sandbox.environment_id()
    );
    Request::new(sandbox, "GET", path).authorized().send().await
}

#[tokio::test]
async fn a_user_joins_and_leaves_a_group() {
    let sandbox = sandbox().await;
    Owner::new(&sandbox, NewUser::new("max").group(group(1), "Admins"));
    let linda = Owner::new(&sandbox, linda());
    let join = json!({ "id": group(1) });
    // Twice, which makes no difference.
    for _ in 0..2 {
        let reply = linda.post("/memberOfGroups", JSON, &join).await;
        assert_eq!(
            (reply.status, reply.text("/name"), reply.text("/type")),
            (201, "Admins", "DIRECT")
        );
    }
    let list = linda.get("/memberOfGroups?expand=group").await.ok();
    assert_eq!(list.body["count"], 1);
    let members = "/_embedded/groupMemberships/0/_embedded/group/directMemberCounts/users";
    assert_eq!(list.body.pointer(members), Some(&json!(2)));
    let below = format!("/{}?include=totalMemberCounts", group(1));
    let read = groups(&sandbox, &below).await.ok();
    assert_eq!(read.body["totalMemberCounts"]["users"], 2);
    let user = linda.get("?include=memberOfGroupNames").await.ok();
    assert_eq!(user.body["memberOfGroupNames"], json!(["Admins"]));

    let membership = format!("/memberOfGroups/{}", group(1));
    assert_eq!(linda.delete(&membership).await.status, 204);
    assert_eq!(linda.delete(&membership).await.status, 404);
    assert_eq!(linda.get("/memberOfGroups").await.ok().body["count"], 0);
    let none = json!({ "id": group(9) });
    let reply = linda.post("/memberOfGroups", JSON, &none).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE id");
}

#[tokio::test]
async fn a_user_who_changes_the_population_leaves_the_groups() {
    let sandbox = sandbox().await;
    let population = pingone_models::PopulationId::new(uuid::Uuid::from_u128(7));
    Owner::new(&sandbox, NewUser::new("max").population(population));
    let linda = Owner::new(&sandbox, linda().group(group(1), "Admins"));
    let request = linda.request("PUT", "/population").media_type(JSON);
    let body = json!({ "id": population });
    request.json(&body).send().await.ok();
    assert_eq!(linda.get("/memberOfGroups").await.ok().body["count"], 0);
}

#[tokio::test]
async fn groups_are_filtered_and_read_by_pages() {
    let sandbox = sandbox().await;
    let mut user = NewUser::new("max");
    for number in 0..5 {
        user = user.group(group(number), format!("Team {number}"));
    }
    sandbox.seed_user(user.group(group(9), "Admins")).unwrap();
    for (filter, count) in [
        ("", 6),
        ("?filter=name%20sw%20%22team%22", 5),
        ("?filter=name%20eq%20%22admins%22", 1),
        ("?filter=externalId%20eq%20%22x%22", 0),
    ] {
        let reply = groups(&sandbox, filter).await.ok();
        assert_eq!(reply.body["count"], count, "{filter}");
    }
    let reply = groups(&sandbox, "?filter=id%20sw%20%220%22").await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_FILTER filter");

    let mut names = Vec::new();
    let mut next = Some("?filter=name%20sw%20%22Team%22&limit=2".to_owned());
    let mut pages = 0;
    while let Some(below) = next {
        let page = groups(&sandbox, &below).await.ok();
        let found = page.body["_embedded"]["groups"].as_array().unwrap();
        names.extend(found.iter().map(|group| group["name"].clone()));
        next = page.body["_links"].get("next").map(|link| {
            let address = link["href"].as_str().unwrap();
            let (_, below) = address.split_once("/groups").unwrap();
            below.to_owned()
        });
        pages += 1;
    }
    assert_eq!((names.len(), pages), (5, 3), "{names:?}");
}

#[tokio::test]
async fn an_external_account_is_linked_to_one_user() {
    let sandbox = sandbox().await;
    let user = Owner::new(&sandbox, linda().attribute("nickname", "Lin"));
    let other = Owner::new(&sandbox, NewUser::new("max"));
    let provider = uuid::Uuid::from_u128(3);
    let link = json!({
        "identityProvider": { "id": provider },
        "externalId": "3249023841",
        "attributes": {
            "nickname": { "value": "Linda", "update": "EMPTY_ONLY" },
            "email": { "value": "new@example.com", "update": "ALWAYS" },
            "name.given": { "value": "Linda" },
        },
    });
    let media_type = action("account.link");
    let linked = user.post("/linkedAccounts", &media_type, &link).await;
    assert_eq!(
        (linked.status, linked.text("/externalId")),
        (201, "3249023841")
    );
    let profile = user.get("").await.ok();
    assert_eq!(profile.text("/nickname"), "Lin");
    assert_eq!(profile.text("/email"), "new@example.com");
    assert_eq!(profile.text("/name/given"), "Linda");
    for owner in [&user, &other] {
        let again = owner.post("/linkedAccounts", &media_type, &link).await;
        let expected = "400 INVALID_DATA UNIQUENESS_VIOLATION externalId";
        assert_eq!(again.error(), expected);
    }

    let account = format!("/linkedAccounts/{}", linked.text("/id"));
    let read = user.get(&account).await.ok();
    assert_eq!(read.text("/identityProvider/id"), provider.to_string());
    assert_eq!(other.get(&account).await.status, 404);
    assert_eq!(user.get("/linkedAccounts").await.ok().body["count"], 1);
    assert_eq!(user.delete(&account).await.status, 204);
    assert_eq!(user.delete(&account).await.status, 404);
    // Then it can be linked to another.
    other.post("/linkedAccounts", &media_type, &link).await.ok();
}

#[tokio::test]
async fn a_pairing_key_is_valid_for_ten_minutes() {
    let sandbox = sandbox().await;
    let user = Owner::new(&sandbox, linda());
    let created = user.post("/pairingKeys", JSON, &json!({})).await;
    assert_eq!(
        (created.status, created.text("/status")),
        (201, "UNCLAIMED")
    );
    assert_eq!(created.text("/code").len(), 14);
    let key = format!("/pairingKeys/{}", created.text("/id"));
    sandbox.clock().advance(minutes(10) - MILLISECOND);
    let read = user.get(&key).await.ok();
    assert_eq!(read.text("/code"), created.text("/code"));
    sandbox.clock().advance(MILLISECOND);
    assert_eq!(user.get(&key).await.status, 404);
    assert_eq!(user.delete(&key).await.status, 404);
}

#[tokio::test]
async fn a_user_has_twenty_pairing_keys_at_most() {
    let sandbox = sandbox().await;
    let user = Owner::new(&sandbox, linda());
    let mut last = String::new();
    for _ in 0..20 {
        let created = user.post("/pairingKeys", JSON, &json!({})).await.ok();
        created.text("/id").clone_into(&mut last);
    }
    let reply = user.post("/pairingKeys", JSON, &json!({})).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED LIMIT_EXCEEDED");
    assert_eq!(
        user.delete(&format!("/pairingKeys/{last}")).await.status,
        204
    );
    user.post("/pairingKeys", JSON, &json!({})).await.ok();
    let none = json!({ "policy": { "id": uuid::Uuid::from_u128(9) } });
    let reply = user.post("/pairingKeys", JSON, &none).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE policy.id");
}

#[tokio::test]
async fn the_policy_and_the_settings_say_what_the_sandbox_does() {
    let sandbox = sandbox().await;
    let home = format!("/v1/environments/{}", sandbox.environment_id());
    let get = async |path: String| {
        let request = Request::new(&sandbox, "GET", path).authorized();
        request.send().await
    };
    let list = get(format!("{home}/deviceAuthenticationPolicies"))
        .await
        .ok();
    let policy = &list.body["_embedded"]["deviceAuthenticationPolicies"][0];
    assert_eq!(policy["default"], true);
    let otp = &policy["sms"]["otp"];
    assert_eq!(
        otp["lifeTime"],
        json!({ "duration": 30, "timeUnit": "MINUTES" })
    );
    assert_eq!(otp["failure"]["count"], 3);
    let id = policy["id"].as_str().unwrap();
    let one = get(format!("{home}/deviceAuthenticationPolicies/{id}")).await;
    assert_eq!(&one.ok().body, policy);
    let none = uuid::Uuid::from_u128(9);
    let none = get(format!("{home}/deviceAuthenticationPolicies/{none}")).await;
    assert_eq!(none.status, 404);
    let settings = get(format!("{home}/mfaSettings")).await.ok();
    assert_eq!(settings.body["pairing"]["maxAllowedDevices"], 5);
}
