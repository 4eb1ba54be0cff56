// One's own picture: chosen from a file, cut, stored; or taken away.
import { useRef, useState } from "react";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Fault } from "@/components/fault";
import { useLive } from "@/lib/client-context";
import { later } from "@/lib/later";
import { texts } from "@/texts/texts";
import { useUpdateMe } from "../api/update-me";
import { useUploadAvatar } from "../api/upload-avatar";
import styles from "./avatar.module.css";

const AvatarCrop = later(() => import("./avatar-crop").then((part) => part.AvatarCrop));

interface Chosen {
  picture: ImageBitmap;
  type: string;
}

export function AvatarEditor() {
  const { profile: words } = texts.settings;
  const { me } = useLive();
  const upload = useUploadAvatar();
  const update = useUpdateMe();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen>();
  const [unreadable, setUnreadable] = useState(false);
  const [removing, setRemoving] = useState(false);
  const open = async (file: File | undefined) => {
    if (!file) return;
    upload.reset();
    const picture = await createImageBitmap(file).catch(() => undefined);
    setUnreadable(!picture);
    if (picture) setChosen({ picture, type: file.type });
  };
  const close = () => {
    chosen?.picture.close();
    setChosen(undefined);
  };
  return (
    <div className={styles.picture}>
      <Avatar user={me} size={96} />
      <div className={styles.tools}>
        <div>
          <Button kind="secondary" icon="camera" onClick={() => input.current?.click()}>
            {me.avatar_url ? words.changePicture : words.choosePicture}
          </Button>
          {me.avatar_url && (
            <Button kind="quiet" onClick={() => setRemoving(true)}>
              {words.removePicture}
            </Button>
          )}
        </div>
        {unreadable && <Fault>{words.notAnImage}</Fault>}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp,image/gif"
        aria-label={words.choosePicture}
        onChange={(event) => {
          void open(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {chosen && (
        <AvatarCrop
          {...chosen}
          busy={upload.isPending}
          error={upload.error}
          onClose={close}
          onDone={(part) => upload.mutate(part, { onSuccess: close })}
        />
      )}
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={words.removeTitle}
        explain={words.removeExplain}
        confirm={words.removePicture}
        danger
        busy={update.isPending}
        error={update.error}
        onConfirm={() => update.mutate({ avatar_attachment_id: null }, { onSuccess: () => setRemoving(false) })}
      />
    </div>
  );
}
