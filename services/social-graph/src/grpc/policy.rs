//! Who may call which method.

use pulse_rpc::{MethodPolicy, ServiceName};

/// Calls that are made for a signed-in user.
const FOR_USERS: &[ServiceName] = &[ServiceName::Gateway, ServiceName::Operator];
/// A profile is made for an account.
const FOR_ACCOUNTS: &[ServiceName] = &[ServiceName::Auth, ServiceName::Operator];

/// It checks that the reporter sees the reported message, and decides who may see whose presence.
const FROM_GATEWAY: &[ServiceName] = &[ServiceName::Gateway];
/// Who answers reports.
const FOR_OPERATORS: &[ServiceName] = &[ServiceName::Operator];

/// People leave, and ask what is held on them, through auth.
const FROM_AUTH: &[ServiceName] = &[ServiceName::Auth];

/// The callers of each method.
pub const POLICY: MethodPolicy = MethodPolicy(&[
    ("/pulsechat.graph.v1.SocialGraphService/CreateProfile", FOR_ACCOUNTS),
    ("/pulsechat.graph.v1.SocialGraphService/GetOwnProfile", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/GetUser", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/SearchUsers", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/Follow", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/Unfollow", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/ListFollowRequests", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/AcceptFollowRequest", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/DeclineFollowRequest", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/ListConnections", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/GetUsers", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/ListFollowers", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/ListFollowing", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/RemoveFollower", FOR_USERS),
    ("/pulsechat.graph.v1.SocialGraphService/GetRelationshipPoint", FOR_USERS),
    ("/pulsechat.graph.v1.BlockService/BlockUser", FOR_USERS),
    ("/pulsechat.graph.v1.BlockService/UnblockUser", FOR_USERS),
    ("/pulsechat.graph.v1.BlockService/ListBlocks", FOR_USERS),
    ("/pulsechat.graph.v1.BlockService/MuteUser", FOR_USERS),
    ("/pulsechat.graph.v1.BlockService/UnmuteUser", FOR_USERS),
    ("/pulsechat.graph.v1.BlockService/ListMutes", FOR_USERS),
    ("/pulsechat.graph.v1.PresenceService/SetAvailability", FOR_USERS),
    ("/pulsechat.graph.v1.PresenceService/ListStandings", FROM_GATEWAY),
    ("/pulsechat.graph.v1.PresenceService/NoteLastSeen", FROM_GATEWAY),
    ("/pulsechat.graph.v1.ReportService/CreateReport", FROM_GATEWAY),
    ("/pulsechat.graph.v1.ReportService/ListReports", FOR_OPERATORS),
    ("/pulsechat.graph.v1.ReportService/ResolveReport", FOR_OPERATORS),
    ("/pulsechat.graph.v1.ProfileService/UpdateOwnProfile", FOR_USERS),
    ("/pulsechat.graph.v1.ProfileService/RenameProfile", FOR_ACCOUNTS),
    ("/pulsechat.graph.v1.ProfileService/ErasePerson", FROM_AUTH),
    ("/pulsechat.graph.v1.ProfileService/ExportPerson", FROM_AUTH),
]);
