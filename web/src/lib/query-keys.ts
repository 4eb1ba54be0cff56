// The names of what the query cache holds. Everything that reads or writes the cache takes its key from here.

export const queryKeys = {
  inbox: ["inbox"] as const,
  /** Conversations fetched one by one: rooms one is not in, and what the loaded inbox does not reach. */
  conversations: ["conversation"] as const,
  conversation: (conversationId: string) => ["conversation", conversationId] as const,
  histories: ["history"] as const,
  history: (conversationId: string) => ["history", conversationId] as const,
  memberLists: ["members"] as const,
  members: (conversationId: string) => ["members", conversationId] as const,
  /** Who types, how far each one has read, how many are online. */
  planes: ["plane"] as const,
  plane: (conversationId: string) => ["plane", conversationId] as const,
  /** Events about messages that are not known yet. */
  early: ["early"] as const,
  searches: ["people-search"] as const,
  search: (q: string) => ["people-search", q] as const,
  users: ["user"] as const,
  user: (userId: string) => ["user", userId] as const,
  userNamed: (username: string) => ["user-named", username] as const,
  followRequests: ["follow-requests"] as const,
  connections: ["connections"] as const,
  presences: ["presences"] as const,
  /** Lists of people that only pages know: followers, blocked, sent requests and so on. */
  peopleLists: ["people-list"] as const,
  peopleList: (kind: string, userId = "me") => ["people-list", kind, userId] as const,
  rooms: (q: string) => ["rooms", q] as const,
  rowReceipts: (conversationId: string) => ["row-receipts", conversationId] as const,
  files: (conversationId: string) => ["files", conversationId] as const,
  messageSearch: (q: string) => ["message-search", q] as const,
  attachment: (attachmentId: string) => ["attachment", attachmentId] as const,
  messageEdits: (messageId: string, version: number) => ["message-edits", messageId, String(version)] as const,
  messageReceipts: (messageId: string) => ["message-receipts", messageId] as const,
  conversationSearch: (conversationId: string, q: string) => ["conversation-search", conversationId, q] as const,
  config: ["config"] as const,
  providers: ["providers"] as const,
  sessions: ["sessions"] as const,
  securityEvents: ["security-events"] as const,
  identities: ["identities"] as const,
  dataExport: (exportId: string) => ["data-export", exportId] as const,
  exchange: (code: string) => ["exchange", code] as const,
  verification: (token: string) => ["verification", token] as const,
};

export type QueryKey = readonly string[];
