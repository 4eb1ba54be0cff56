// Who asks to follow: accept, accept and follow back, or decline.
import { Button, IconButton } from "@/components/button";
import { errorText } from "@/lib/error-text";
import type { FollowRequest, User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type FollowAnswer, useAnswerFollowRequest } from "../api/answer-follow-request";
import { useFollowRequests } from "../api/list-follow-requests";
import styles from "./people.module.css";
import { PersonRow } from "./person-row";

interface Props {
  onOpen: (user: User) => void;
  /** What stands above them, where their number is told already. */
  title?: string;
  /** How many are drawn; the others are behind a button. */
  most?: number;
  onAll?: () => void;
}

/** Draws nothing while nobody asks. */
export function FollowRequests({ onOpen, title, most, onAll }: Props) {
  const { data: requests } = useFollowRequests();
  const words = texts.people;
  if (!requests || requests.length === 0) return null;
  const shown = most === undefined ? requests : requests.slice(0, most);
  return (
    <section aria-label={words.requests}>
      <h2 className={styles.heading}>
        {title ?? (
          <>
            {words.requestsTitle} <span className={styles.count}>{requests.length}</span>
          </>
        )}
      </h2>
      <ul className={styles.list}>
        {shown.map((request) => (
          <Request key={request.id} request={request} onOpen={onOpen} />
        ))}
      </ul>
      {shown.length < requests.length && (
        <div className={styles.all}>
          <Button kind="quiet" size="small" onClick={onAll}>
            {words.allRequests(requests.length)}
          </Button>
        </div>
      )}
    </section>
  );
}

function Request({ request, onOpen }: { request: FollowRequest; onOpen: (user: User) => void }) {
  const answer = useAnswerFollowRequest();
  const { user } = request;
  const words = texts.people;
  const name = user.display_name;
  const follows = user.relationship?.following === "accepted";
  const give = (given: FollowAnswer) => () => answer.mutate({ request, answer: given });
  return (
    <li className={styles.request} aria-label={words.asks(name)}>
      <PersonRow
        user={user}
        line={
          <>
            <bdi>@{user.username}</bdi> · {words.asksToFollowYou}
          </>
        }
        onOpen={onOpen}
      >
        <IconButton
          icon="close"
          label={words.declineName(name)}
          disabled={answer.isPending}
          onClick={give("decline")}
        />
      </PersonRow>
      <div className={styles.answers}>
        {!follows && (
          <Button size="small" busy={answer.isPending} onClick={give("accept-and-follow")}>
            {words.acceptAndFollow}
          </Button>
        )}
        <Button
          kind={follows ? "primary" : "secondary"}
          size="small"
          disabled={answer.isPending}
          aria-label={words.acceptName(name)}
          onClick={give("accept")}
        >
          {words.accept}
        </Button>
      </div>
      {answer.error && (
        <p className={styles.fault} role="alert">
          {errorText(answer.error)}
        </p>
      )}
    </li>
  );
}
