// One button for each state between two people: follow, asked, asks you, follows you, connected.
import { Button } from "@/components/button";
import { errorText } from "@/lib/error-text";
import type { FollowRequest, User } from "@/sdk/types";
import { useAnswerFollowRequest } from "../api/answer-follow-request";
import { useFollow } from "../api/follow";
import { useFollowRequests } from "../api/list-follow-requests";
import styles from "./people.module.css";

interface Props {
  user: User;
  /** What pressing the button of a connected person does. */
  onMessage: (user: User) => void;
}

export function FollowButton({ user, onMessage }: Props) {
  const follow = useFollow();
  const answer = useAnswerFollowRequest();
  const { data: requests } = useFollowRequests();
  const request = requests?.find((other) => other.user.id === user.id);
  const fault = follow.error ?? answer.error;
  return (
    <span className={styles.follow}>
      <Action
        user={user}
        request={request}
        busy={follow.isPending || answer.isPending}
        onFollow={(wanted) => follow.mutate({ user, follow: wanted })}
        onAccept={(accepted) => answer.mutate({ request: accepted, answer: "accept-and-follow" })}
        onMessage={onMessage}
      />
      {fault && (
        <span role="alert" className={styles.fault}>
          {errorText(fault)}
        </span>
      )}
    </span>
  );
}

interface ActionProps extends Props {
  request: FollowRequest | undefined;
  busy: boolean;
  onFollow: (wanted: boolean) => void;
  onAccept: (request: FollowRequest) => void;
}

function Action({ user, request, busy, onFollow, onAccept, onMessage }: ActionProps) {
  const { following, followed_by: followedBy, connected } = user.relationship ?? {};
  const name = user.display_name;
  if (connected)
    return (
      <Button size="small" icon="chat" onClick={() => onMessage(user)} aria-label={`Message ${name}`}>
        Message
      </Button>
    );
  if (request)
    return (
      <Button size="small" busy={busy} onClick={() => onAccept(request)} aria-label={`Accept and follow ${name} back`}>
        Accept
      </Button>
    );
  if (following === "requested")
    return (
      <Button
        kind="secondary"
        size="small"
        busy={busy}
        onClick={() => onFollow(false)}
        aria-label={`Take back your request to ${name}`}
      >
        Requested
      </Button>
    );
  if (following === "accepted")
    return (
      <Button kind="secondary" size="small" busy={busy} onClick={() => onFollow(false)} aria-label={`Unfollow ${name}`}>
        Following
      </Button>
    );
  const back = followedBy === "accepted";
  return (
    <Button
      size="small"
      icon="userPlus"
      busy={busy}
      onClick={() => onFollow(true)}
      aria-label={`Follow ${name}${back ? " back" : ""}`}
    >
      {back ? "Follow back" : "Follow"}
    </Button>
  );
}
