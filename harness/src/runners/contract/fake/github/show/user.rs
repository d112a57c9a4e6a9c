//! Accounts and teams.

use super::super::world::World;
use super::{node_id, time};
use serde_json::{Value, json};

impl World {
    /// `simple-user`
    pub(in super::super) fn show_user(&self, login: &str) -> Value {
        let url = format!("{}/users/{login}", self.site.api);
        let id = Self::account_id(login);
        json!({
            "login": login, "id": id, "node_id": node_id("User", id), "gravatar_id": "",
            "avatar_url": format!("{}/avatars/u/{id}?v=4", self.site.web),
            "url": url, "html_url": format!("{}/{login}", self.site.web),
            "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"),
            "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"), "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"),
            "received_events_url": format!("{url}/received_events"),
            "type": "User", "user_view_type": "public", "site_admin": false,
        })
    }

    /// `public-user`: the account of the token
    pub(in super::super) fn show_account(&self) -> Value {
        let mut user = self.show_user(&self.account.login);
        let since = time(self.repository.created_at);
        for (name, value) in [
            ("name", Value::Null),
            ("company", Value::Null),
            ("blog", json!("")),
            ("location", Value::Null),
            ("email", Value::Null),
            ("hireable", Value::Null),
            ("bio", Value::Null),
            ("public_repos", json!(0)),
            ("public_gists", json!(0)),
            ("followers", json!(0)),
            ("following", json!(0)),
            ("created_at", json!(since)),
            ("updated_at", json!(since)),
        ] {
            user[name] = value;
        }
        user
    }

    /// `team`
    pub(in super::super) fn show_team(&self, slug: &str) -> Value {
        let url = format!(
            "{}/orgs/{}/teams/{slug}",
            self.site.api, self.repository.owner
        );
        let id = Self::account_id(slug);
        json!({
            "id": id, "node_id": node_id("Team", id), "name": slug, "slug": slug,
            "description": null, "permission": "push", "privacy": "closed", "parent": null,
            "type": "organization", "notification_setting": "notifications_enabled",
            "url": url, "members_url": format!("{url}/members{{/member}}"),
            "repositories_url": format!("{url}/repos"),
            "html_url": format!("{}/orgs/{}/teams/{slug}", self.site.web, self.repository.owner),
        })
    }
}
