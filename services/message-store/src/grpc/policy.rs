//! Who may call which method.

use pulse_rpc::{MethodPolicy, ServiceName};

/// Calls that are made for a signed-in user.
const FOR_USERS: &[ServiceName] = &[ServiceName::Gateway, ServiceName::Operator];
/// Calls that write through what social-graph owns.
const FROM_GRAPH: &[ServiceName] = &[ServiceName::SocialGraph];

/// People leave, and ask what is held on them, through auth.
const FROM_AUTH: &[ServiceName] = &[ServiceName::Auth];

/// The callers of each method.
pub const POLICY: MethodPolicy = MethodPolicy(&[
    ("/pulsechat.messages.v1.MessageStoreService/ExecuteCommands", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/SendMessage", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/MarkRead", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/MarkDelivered", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/MarkAllRead", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/ListUnread", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/ListMessages", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/GetMessage", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/GetOrCreateDirect", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/GetConversation", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/ListConversations", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/GetSyncPoint", FOR_USERS),
    ("/pulsechat.messages.v1.MessageStoreService/ApplyRelationship", FROM_GRAPH),
    ("/pulsechat.messages.v1.MessageStoreService/ApplyPerson", FROM_GRAPH),
    ("/pulsechat.messages.v1.PrivacyService/ErasePerson", FROM_AUTH),
    ("/pulsechat.messages.v1.PrivacyService/ExportPerson", FROM_AUTH),
]);
