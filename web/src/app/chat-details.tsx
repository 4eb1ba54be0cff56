// The details of a conversation, with what other parts of the client have to say in them.
import type { ComponentProps } from "react";
import { DetailsPane } from "@/features/conversations/components/details-pane";
import { NoticeLevelSwitch } from "@/features/notices/components/notice-level-switch";
import { Profile } from "@/features/people/components/person-panel";

type Props = Omit<ComponentProps<typeof DetailsPane>, "notices" | "profile">;

export function ChatDetails(props: Props) {
  return (
    <DetailsPane
      {...props}
      notices={(shown) => <NoticeLevelSwitch conversation={shown} />}
      profile={(peer) => <Profile user={peer} onMessage={props.onClose} besideChat />}
    />
  );
}
