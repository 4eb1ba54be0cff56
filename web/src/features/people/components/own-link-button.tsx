// The address of one's own profile, to be handed out.
import { Button } from "@/components/button";
import { copyLink } from "@/components/copy-link";
import { useLive } from "@/lib/client-context";
import { texts } from "@/texts/texts";

export function OwnLinkButton() {
  const { me } = useLive();
  return (
    <Button kind="secondary" size="small" icon="link" onClick={() => void copyLink(`/u/${me.username}`)}>
      {texts.people.copyOwnLink}
    </Button>
  );
}
