//! Who may call which method.

use pulse_rpc::{MethodPolicy, ServiceName};

/// Calls that are made for a signed-in user.
const FOR_USERS: &[ServiceName] = &[ServiceName::Gateway, ServiceName::Operator];
/// Calls that tell more than one user may see.
const FROM_GATEWAY: &[ServiceName] = &[ServiceName::Gateway];
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
    ("/pulsechat.messages.v1.ConversationService/CreateConversation", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/UpdateConversation", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/UpdateMembership", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/DeleteConversation", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/ListMembers", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/PutMember", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/RemoveMember", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/JoinRoom", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/LeaveConversation", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/TransferConversation", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/SetConversationState", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/ListRooms", FOR_USERS),
    ("/pulsechat.messages.v1.ConversationService/ListMemberIds", FROM_GATEWAY),
    ("/pulsechat.messages.v1.ConversationService/CountMembers", FROM_GATEWAY),
    ("/pulsechat.messages.v1.ConversationService/ListSizes", FROM_GATEWAY),
    ("/pulsechat.messages.v1.ConversationService/ListPeopleInSight", FROM_GATEWAY),
    ("/pulsechat.messages.v1.SyncService/Sync", FOR_USERS),
    ("/pulsechat.messages.v1.SyncService/ListChanges", FOR_USERS),
    ("/pulsechat.messages.v1.SyncService/ListPositions", FROM_GATEWAY),
    ("/pulsechat.messages.v1.SearchService/SearchMessages", FOR_USERS),
    ("/pulsechat.messages.v1.MessageService/EditMessage", FOR_USERS),
    ("/pulsechat.messages.v1.MessageService/DeleteMessage", FOR_USERS),
    ("/pulsechat.messages.v1.MessageService/ListEdits", FOR_USERS),
    ("/pulsechat.messages.v1.MessageService/SetReaction", FOR_USERS),
    ("/pulsechat.messages.v1.MessageService/ListMessageReceipts", FOR_USERS),
    ("/pulsechat.messages.v1.MessageService/ListReceipts", FOR_USERS),
    ("/pulsechat.messages.v1.AttachmentService/UploadAttachment", FOR_USERS),
    ("/pulsechat.messages.v1.AttachmentService/GetAttachment", FOR_USERS),
    ("/pulsechat.messages.v1.AttachmentService/ReadFile", FOR_USERS),
    ("/pulsechat.messages.v1.AttachmentService/ReadPicture", FOR_USERS),
    ("/pulsechat.messages.v1.AttachmentService/UsePicture", FOR_USERS),
    ("/pulsechat.messages.v1.PrivacyService/ErasePerson", FROM_AUTH),
    ("/pulsechat.messages.v1.PrivacyService/ExportPerson", FROM_AUTH),
]);
