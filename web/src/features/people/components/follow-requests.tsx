// Who asks to follow: accept, accept and follow back, or decline.
import { Avatar } from "@/components/avatar";
import { Button, IconButton } from "@/components/button";
import { errorText } from "@/lib/error-text";
import type { FollowRequest, User } from "@/sdk/types";
import { type FollowAnswer, useAnswerFollowRequest } from "../api/answer-follow-request";
import { useFollowRequests } from "../api/list-follow-requests";
import styles from "./people.module.css";

export function FollowRequests({ onOpen }: { onOpen: (user: User) => void }) {
  const { data: requests } = useFollowRequests();
  if (!requests || requests.length === 0) return null;
  return (
    <section aria-label="Follow requests">
      <h2 className={styles.heading}>
        Requests <span className={styles.count}>{requests.length}</span>
      </h2>
      <ul className={styles.list}>
        {requests.map((request) => (
          <Request key={request.id} request={request} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  );
}

function Request({ request, onOpen }: { request: FollowRequest; onOpen: (user: User) => void }) {
  const answer = useAnswerFollowRequest();
  const { user } = request;
  const follows = user.relationship?.following === "accepted";
  const give = (given: FollowAnswer) => () => answer.mutate({ request, answer: given });
  return (
    <li className={styles.request} aria-label={`${user.display_name} asks to follow you`}>
      <div className={styles.row}>
        <button type="button" className={styles.person} onClick={() => onOpen(user)}>
          <Avatar user={user} />
          <span className={styles.names}>
            <span className={styles.name}>{user.display_name}</span>
            <span className={styles.handle}>@{user.username} asks to follow you</span>
          </span>
        </button>
        <IconButton icon="close" label={`Decline ${user.display_name}`} onClick={give("decline")} />
      </div>
      <div className={styles.answers}>
        {!follows && (
          <Button size="small" busy={answer.isPending} onClick={give("accept-and-follow")}>
            Accept and follow back
          </Button>
        )}
        <Button kind={follows ? "primary" : "secondary"} size="small" busy={answer.isPending} onClick={give("accept")}>
          Accept
        </Button>
      </div>
      {answer.error && (
        <p role="alert" className={styles.fault}>
          {errorText(answer.error)}
        </p>
      )}
    </li>
  );
}
