//! Changes of one's profile, settings and name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use pulse_rpc::{Failure, Principal};
use pulse_types::AttachmentId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clients::auth::Device;
use crate::clients::me;
use crate::domain::profile::{self, Fault, ProfilePatch, SettingsPatch};
use crate::domain::user::{Me, Settings, User};
use crate::http::extract::{Body, Caller, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Changes of oneself; what is absent stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `Changes` reads")]
pub struct UpdateMeRequest {
    /// Trimmed.
    #[schema(min_length = 1, max_length = 64, nullable = false, example = "Ada Lovelace")]
    display_name: Option<String>,
    /// Trimmed; `null` clears it.
    #[schema(max_length = 500, example = "I write programs.")]
    bio: Option<String>,
    /// A picture that one has sent up; `null` clears it.
    avatar_attachment_id: Option<Uuid>,
    /// Lower-cased, then `^[a-z0-9_](\.?[a-z0-9_])*$`. The old one is kept for its former owner for 30 days.
    #[schema(min_length = 3, max_length = 32, nullable = false, example = "ada")]
    username: Option<String>,
    /// Those to change.
    #[schema(nullable = false)]
    settings: Option<SettingsPatch>,
}

struct Changes {
    username: Option<String>,
    /// A picture to use; the outer `None` changes nothing, the inner one clears it.
    picture: Option<Option<AttachmentId>>,
    profile: ProfilePatch,
}

impl RequestBody for Changes {
    fn read(fields: &mut Fields) -> Option<Self> {
        let display_name = checked(fields, "display_name", profile::check_display_name);
        let bio = match fields.take_null("bio") {
            true => Some(Some(String::new())),
            false => checked(fields, "bio", profile::check_bio),
        };
        let picture = match fields.take_null("avatar_attachment_id") {
            true => Some(Some(None)),
            false => fields.optional_parsed("avatar_attachment_id", "a UUID").map(|id| id.map(Some)),
        };
        let username = checked(fields, "username", profile::check_username);
        let settings = fields.object("settings", read_settings);
        let picture = picture?;
        let profile = ProfilePatch {
            display_name: display_name?,
            bio: bio?,
            avatar_url: picture.filter(Option::is_none).map(|_| String::new()),
            settings: settings?.unwrap_or_default(),
        };
        Some(Self { username: username?, picture, profile })
    }
}

/// A text that may be absent, with a rule.
fn checked(fields: &mut Fields, name: &str, check: fn(&str) -> Result<(), Fault>) -> Option<Option<String>> {
    let text = fields.optional_text(name)?;
    if let Some(Err(fault)) = text.as_deref().map(check) {
        fields.fault(name, fault.code, &fault.detail);
        return None;
    }
    Some(text)
}

fn read_settings(fields: &mut Fields) -> Option<SettingsPatch> {
    let discoverable = fields.optional_switch("discoverable");
    let who_can_follow = one_of(fields, "who_can_follow", &["everyone", "nobody"]);
    let approve_follows = fields.optional_switch("approve_follows");
    let show_presence = one_of(fields, "show_presence", &["connections", "nobody"]);
    let show_last_seen = one_of(fields, "show_last_seen", &["connections", "nobody"]);
    let send_read_receipts = fields.optional_switch("send_read_receipts");
    let send_typing = fields.optional_switch("send_typing");
    let notification_level = one_of(fields, "notification_level", &["all", "mentions", "none"]);
    let theme = one_of(fields, "theme", &["system", "light", "dark"]);
    let locale = checked(fields, "locale", profile::check_locale);
    Some(SettingsPatch {
        discoverable: discoverable?,
        who_can_follow: who_can_follow?,
        approve_follows: approve_follows?,
        show_presence: show_presence?,
        show_last_seen: show_last_seen?,
        send_read_receipts: send_read_receipts?,
        send_typing: send_typing?,
        notification_level: notification_level?,
        theme: theme?,
        locale: locale?,
    })
}

fn one_of(fields: &mut Fields, name: &str, known: &[&str]) -> Option<Option<String>> {
    let text = fields.optional_text(name)?;
    if text.as_deref().is_some_and(|text| !known.contains(&text)) {
        fields.fault(name, "invalid", &format!("must be one of {}", known.join(", ")));
        return None;
    }
    Some(text)
}

/// Change one's profile, settings or name
///
/// All of it or nothing. Settings are merged by key.
#[utoipa::path(patch, path = "/v1/me", operation_id = "updateMe", tag = "me", request_body = Option<UpdateMeRequest>, responses(
    (status = 200, body = Me),
    (status = 409, description = "`username_taken`", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn update(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<Json<Me>, Refusal> {
    let Changes { username, picture, profile } = body.read()?;
    let caller = caller.principal;
    let picture = picture.flatten();
    if username.is_none() && picture.is_none() && profile.is_empty() {
        return Ok(Json(me::find(&state.auth, &state.social_graph, caller).await?));
    }
    let former = state.auth.account(caller.user_id).await?;
    let account = match username {
        Some(username) => {
            state.limits.account(Limit::Rename, caller.user_id).await?;
            state.auth.change_username(caller, username, device.clone()).await?
        }
        None => former.clone(),
    };
    if picture.is_none() && profile.is_empty() {
        let profile = me::profile(&state.social_graph, caller).await?;
        return Ok(Json(Me::compose(account, profile)));
    }
    let changed = show(&state, caller, picture, profile).await;
    if changed.is_err() && account.username != former.username {
        rename_back(&state, caller, former.username, device).await;
    }
    Ok(Json(Me::compose(account, Some(changed?))))
}

/// Changes the profile, with a picture that is used for it first.
async fn show(
    state: &State,
    caller: Principal,
    picture: Option<AttachmentId>,
    mut profile: ProfilePatch,
) -> Result<(User, Settings), Failure> {
    if let Some(attachment_id) = picture {
        profile.avatar_url = Some(state.files.use_picture(caller, attachment_id).await?);
    }
    let changes_sight = profile.settings.show_presence.is_some() || profile.settings.show_last_seen.is_some();
    let changed = state.social_graph.update_own_profile(caller, profile).await?;
    if changes_sight {
        // Who may not see any more is told nothing once this is answered.
        state.presence.recall(caller.user_id).await;
    }
    Ok(changed)
}

/// The profile was not changed, so the name is not to be either. It is free for its former owner.
async fn rename_back(state: &State, caller: Principal, former: String, device: Device) {
    if let Err(failure) = state.auth.change_username(caller, former, device).await {
        tracing::warn!(user.id = %caller.user_id, error = %failure, "a name was changed without the profile");
    }
}
