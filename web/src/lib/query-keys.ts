// The names of what the query cache holds. Everything that reads or writes the cache takes its key from here.

export const queryKeys = {
  inbox: ["inbox"] as const,
  conversation: (conversationId: string) => ["conversation", conversationId] as const,
  histories: ["history"] as const,
  history: (conversationId: string) => ["history", conversationId] as const,
  searches: ["people-search"] as const,
  search: (q: string) => ["people-search", q] as const,
  users: ["user"] as const,
  user: (userId: string) => ["user", userId] as const,
  followRequests: ["follow-requests"] as const,
  connections: ["connections"] as const,
  presences: ["presence"] as const,
  presence: (userIds: readonly string[]) => ["presence", ...userIds] as const,
  config: ["config"] as const,
  providers: ["providers"] as const,
  exchange: (code: string) => ["exchange", code] as const,
  verification: (token: string) => ["verification", token] as const,
};

export type QueryKey = readonly string[];
