// One button for each state between two people: follow, asked, asks you, follows you, connected, blocked.
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useAnswerFollowRequest } from "../api/answer-follow-request";
import { useFollow } from "../api/follow";
import { useFollowRequests } from "../api/list-follow-requests";
import { useSetBlock } from "../api/set-block";
import styles from "./people.module.css";

interface Props {
  user: User;
  /** What pressing the button of a connected person does. */
  onMessage: (user: User) => void;
}

export function FollowButton({ user, onMessage }: Props) {
  const follow = useFollow();
  const answer = useAnswerFollowRequest();
  const block = useSetBlock();
  const { data: requests } = useFollowRequests();
  const words = texts.people;
  const request = requests?.find((other) => other.user.id === user.id);
  const { following, followed_by: followedBy, connected, blocking } = user.relationship ?? {};
  const name = user.display_name;
  const busy = follow.isPending || answer.isPending || block.isPending;
  const act = (label: string, text: string, run: () => void, quiet = false): ReactNode => (
    <Button kind={quiet ? "secondary" : "primary"} size="small" busy={busy} aria-label={label} onClick={run}>
      {text}
    </Button>
  );
  const set = (wanted: boolean) => () => follow.mutate({ user, follow: wanted });

  function button(): ReactNode {
    if (blocking) return act(words.unblockName(name), words.unblock, () => block.mutate({ user, block: false }), true);
    if (connected)
      return (
        <Button size="small" icon="chat" onClick={() => onMessage(user)} aria-label={words.messageName(name)}>
          {words.message}
        </Button>
      );
    if (request)
      return act(words.acceptAndFollowName(name), words.accept, () =>
        answer.mutate({ request, answer: "accept-and-follow" }),
      );
    if (following === "requested") return act(words.cancelName(name), words.requested, set(false), true);
    if (following === "accepted") return act(words.unfollowName(name), words.following, set(false), true);
    if (followedBy === "accepted") return act(words.followBackName(name), words.followBack, set(true));
    return act(words.followName(name), words.follow, set(true));
  }

  const fault = follow.error ?? answer.error ?? block.error;
  return (
    <span className={styles.follow}>
      {button()}
      {fault && (
        <span role="alert" className={styles.fault}>
          {followFault(fault)}
        </span>
      )}
    </span>
  );
}

function followFault(cause: unknown): string {
  return toApiError(cause).code === "forbidden" ? texts.people.followRefused : errorText(cause);
}
