// What was attached in a conversation: read from its messages, latest first, a page at a time.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Message } from "@/sdk/types";

const PAGE = 100;
const PATH = "/v1/conversations/{id}/messages";

export interface SharedFile {
  file: Message["attachments"][number];
  message: Message;
}

/** Addresses of files expire, and new files come: whoever looks again is shown what is there now. */
const STALE_MS = 30_000;

export function useFiles(id: string) {
  const { api } = useServer();
  return useInfiniteQuery({
    queryKey: queryKeys.files(id),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam && { before: pageParam }) };
      return unwrap(api.GET(PATH, { params: { path: { id }, query }, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (page) => (page.has_before ? page.items[0]?.seq : undefined),
    staleTime: STALE_MS,
  });
}

/** Latest first; images, audio and video apart from all else. */
export function filesOf(pages: readonly { items: Message[] }[]): { media: SharedFile[]; files: SharedFile[] } {
  const all = pages
    .flatMap((page) => page.items)
    .sort((a, b) => b.seq - a.seq)
    .flatMap((message) => message.attachments.map((file) => ({ file, message })));
  const isMedia = ({ file }: SharedFile) => /^(image|video)\//.test(file.media_type);
  return { media: all.filter(isMedia), files: all.filter((entry) => !isMedia(entry)) };
}
