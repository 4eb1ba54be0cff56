// Words that many places need.
import { plural } from "../plural";

export const common = {
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  retry: "Try again",
  delete: "Delete",
  back: "Back",
  search: "Search",
  loading: "Loading",
  more: "Show more",
  you: "You",
  copyLink: "Copy link",
  linkCopied: "Link copied",
  notCopied: (link: string) => `The link couldn't be copied: ${link}`,
  happened: "What has just happened",
  justNow: "just now",
  minutes: (count: number) => plural("en", count, { one: "# minute", other: "# minutes" }),
};
