// Who is in a group or room, with role and presence; what may be done with each follows from the reader's role.
import { useState } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { MoreRows } from "@/components/more-rows";
import { SearchBox } from "@/components/search-box";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { usePresence } from "@/lib/live/presence";
import { useMembers } from "@/lib/live/use-members";
import { matching } from "@/lib/matching";
import type { Conversation, Member, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { rightsOf } from "../model/rights";
import { AddMembers } from "./add-members";
import styles from "./details.module.css";
import { MemberRow } from "./member-row";

interface Props {
  conversation: Conversation;
  onPerson: (user: UserLite) => void;
  onReport: (user: UserLite) => void;
}

const SEARCH_FROM = 8;
/** As many as one may watch the presence of. */
const WATCHED = 100;

export function MemberList({ conversation, onPerson, onReport }: Props) {
  const words = texts.conversations;
  const { members, error, isLoading, fetchMore } = useMembers(conversation);
  const [q, setQ] = useState("");
  const [adding, setAdding] = useState(false);
  const [busy, setBusy] = useState(false);
  const shown = members.filter((member) => matching([member.user], q).length > 0);
  // In a room a common membership shows nobody's presence, but connected people are seen there too.
  const presences = usePresence(shown.slice(0, WATCHED).map((member) => member.user.id));
  const more = () => {
    if (!fetchMore || busy) return;
    setBusy(true);
    void fetchMore()
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  return (
    <section className={styles.section} aria-label={words.membersTitle}>
      <h3 className={styles.heading}>
        {words.members(conversation.member_count)}
        {rightsOf(conversation).addMembers && (
          <Button kind="quiet" size="small" icon="userPlus" onClick={() => setAdding(true)}>
            {words.addPeople}
          </Button>
        )}
      </h3>
      {members.length >= SEARCH_FROM && <SearchBox label={words.searchMembers} value={q} onChange={setQ} />}
      {isLoading && <Spinner label={texts.common.loading} />}
      {error && members.length === 0 && (
        <EmptyState icon="alert" title={words.membersFailed} compact>
          {errorText(error)}
        </EmptyState>
      )}
      <ul className={styles.members}>
        {shown.map((member: Member) => (
          <MemberRow
            key={member.user.id}
            conversation={conversation}
            member={member}
            presence={presences.get(member.user.id)}
            onPerson={onPerson}
            onReport={onReport}
          />
        ))}
      </ul>
      {q.trim() && shown.length === 0 && <p className={styles.none}>{words.noMemberMatches}</p>}
      <MoreRows hasMore={fetchMore !== undefined} busy={busy} onMore={more} />
      {adding && (
        <AddMembers
          conversation={conversation}
          present={new Set(members.map((member) => member.user.id))}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}
