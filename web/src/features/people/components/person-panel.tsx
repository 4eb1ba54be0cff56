// One person: who they are, what stands between them and a conversation, and what can be done about them.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ActionButton, type ActionEntry } from "@/components/action-menu";
import { Avatar } from "@/components/avatar";
import { copyLink } from "@/components/copy-link";
import { EmptyState } from "@/components/empty-state";
import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { tell, tellFault } from "@/components/toast";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { formatDate } from "@/lib/format-time";
import { usePresence } from "@/lib/live/presence";
import { useNow } from "@/lib/use-now";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useUser } from "../api/get-user";
import { useSetMute } from "../api/set-mute";
import { explain, presenceLine } from "./explain";
import { FollowButton } from "./follow-button";
import { OwnLinkButton } from "./own-link-button";
import { type PersonDeed, PersonDeedDialog } from "./person-deed-dialog";
import styles from "./person-panel.module.css";
import { ReportDialog } from "./report-dialog";

interface Props {
  userId: string;
  onMessage: (user: User) => void;
}

export function PersonPanel({ userId, onMessage }: Props) {
  const { data: user, error } = useUser(userId);
  if (error && !user) return <EmptyState icon="alert" title={errorText(error)} />;
  if (!user) return <Spinner label={texts.people.loading} />;
  return <Profile user={user} onMessage={onMessage} />;
}

interface ProfileProps {
  user: User;
  onMessage: (user: User) => void;
  /** It stands beside the chat with them: what leads there says nothing new. */
  besideChat?: boolean;
}

/** The same inside of another pane, for somebody who is known already. */
export function Profile({ user, onMessage, besideChat = false }: ProfileProps) {
  const { me } = useLive();
  const words = texts.people;
  const now = useNow();
  const own = user.id === me.id;
  const presence = usePresence(own ? [] : [user.id]).get(user.id);
  const menu = usePersonMenu(user);
  const name = user.display_name;
  return (
    <article className={styles.panel} aria-label={name}>
      {!own && (
        <div className={styles.more}>
          <ActionButton actions={menu.actions} label={words.moreActions(name)} />
        </div>
      )}
      <Avatar user={user} size={104} presence={presence} />
      <h2 dir="auto">{name}</h2>
      <p className={styles.handle} dir="ltr">
        @{user.username}
      </p>
      {own && (
        <>
          <p className={styles.handle}>{words.aboutYou}</p>
          <div className={styles.own}>
            <OwnLinkButton />
            <Link to="/settings/$page" params={{ page: "profile" }}>
              {words.editProfile}
            </Link>
          </div>
        </>
      )}
      {presence && (
        <p className={styles.presence} data-status={presence.status}>
          {presenceLine(presence, now)}
        </p>
      )}
      {user.bio && (
        <p className={styles.bio} dir="auto">
          {user.bio}
        </p>
      )}
      {!own && !(besideChat && user.relationship?.connected) && (
        <>
          <div className={styles.act}>
            <FollowButton user={user} onMessage={onMessage} />
          </div>
          <p className={styles.explain}>
            <Icon name={user.relationship?.connected ? "chat" : "lock"} size={16} />
            <span>{explain(user)}</span>
          </p>
        </>
      )}
      {user.relationship?.muting && (
        <p className={styles.explain}>
          <Icon name="bellOff" size={16} />
          <span>{words.mutedNote}</span>
        </p>
      )}
      <p className={styles.since}>{words.joined(formatDate(user.created_at))}</p>
      {menu.dialog}
    </article>
  );
}

function usePersonMenu(user: User) {
  const words = texts.people;
  const mute = useSetMute();
  const [deed, setDeed] = useState<PersonDeed>();
  const [reporting, setReporting] = useState(false);
  const { following, followed_by: followedBy, blocking = false, muting = false } = user.relationship ?? {};
  const entries: (ActionEntry | false)[] = [
    following === "accepted" && { label: words.unfollow, icon: "userMinus", onSelect: () => setDeed("unfollow") },
    followedBy === "accepted" && { label: words.removeFollower, icon: "people", onSelect: () => setDeed("remove") },
    {
      label: muting ? words.unmute : words.mute,
      icon: muting ? "bell" : "bellOff",
      onSelect: () => mute.mutate({ user, mute: !muting }, { onError: (cause) => tellFault(cause) }),
    },
    {
      label: texts.common.copyLink,
      icon: "link",
      onSelect: () => void copyLink(`/u/${user.username}`),
    },
    {
      label: words.report,
      icon: "flag",
      apart: true,
      onSelect: () => setReporting(true),
    },
    !blocking && { label: words.block, icon: "block", danger: true, onSelect: () => setDeed("block") },
  ];
  const dialog = (
    <>
      {deed && <PersonDeedDialog user={user} deed={deed} onClose={() => setDeed(undefined)} />}
      {reporting && (
        <ReportDialog user={user} onClose={() => setReporting(false)} onSent={() => tell(words.reported)} />
      )}
    </>
  );
  return { actions: entries.filter((entry) => entry !== false), dialog };
}
