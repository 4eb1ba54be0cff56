// The profile: picture, names, a few words, and the address of the account.
import { type ReactNode, useId, useState } from "react";
import { Button } from "@/components/button";
import { linkTo } from "@/components/copy-link";
import { Fault } from "@/components/fault";
import { Icon } from "@/components/icon";
import { TextField } from "@/components/text-field";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { fieldText } from "@/lib/field-text";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import { useUpdateMe } from "../api/update-me";
import { AvatarEditor } from "./avatar-editor";
import { CopyButton } from "./copy-button";
import { EmailSection } from "./email-section";
import styles from "./settings.module.css";
import { SettingsPage, SettingsSection } from "./settings-page";

const BIO_MAX = 500;

export function ProfileSettings({ back, resend }: { back: ReactNode; resend: ReactNode }) {
  const { profile: words } = texts.settings;
  const { nav } = texts.account;
  return (
    <SettingsPage title={nav.profile} lead={words.lead} back={back}>
      <SettingsSection title={words.picture}>
        <AvatarEditor />
      </SettingsSection>
      <SettingsSection title={nav.profile}>
        <ProfileForm />
      </SettingsSection>
      <LinkSection />
      <EmailSection resend={resend} />
    </SettingsPage>
  );
}

/** The address to hand out, so that one is found without a search. */
function LinkSection() {
  const { profile: words } = texts.settings;
  const { me } = useLive();
  const link = linkTo(`/u/${me.username}`);
  return (
    <SettingsSection title={words.link} lead={words.linkLead}>
      <div className={styles.entry}>
        <div className={styles.note} dir="ltr">
          {link}
        </div>
        <CopyButton text={link} label={texts.common.copyLink} />
      </div>
    </SettingsSection>
  );
}

function ProfileForm() {
  const { profile: words, saved, saving } = texts.settings;
  const { me } = useLive();
  const { data: config } = useServerConfig();
  const limits = config?.limits ?? { ...DEFAULT_LIMITS, bio_max: BIO_MAX };
  const update = useUpdateMe();
  const id = useId();
  const [name, setName] = useState(me.display_name);
  const [username, setUsername] = useState(me.username);
  const [bio, setBio] = useState(me.bio);
  const [missing, setMissing] = useState(false);
  const changes = {
    ...(name.trim() !== me.display_name && { display_name: name.trim() }),
    ...(username.trim().toLowerCase() !== me.username && { username: username.trim().toLowerCase() }),
    ...(bio.trim() !== me.bio && { bio: bio.trim() || null }),
  };
  const changed = Object.keys(changes).length > 0;
  const error = update.error ? toApiError(update.error) : undefined;
  const faultOf = (field: string) => {
    const fault = error?.fields.find((one) => one.field === field);
    return fault && fieldText(fault);
  };
  const known = error?.fields.some(({ field }) => ["display_name", "username", "bio"].includes(field));
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    update.reset();
    setMissing(false);
  };
  const submit = () => {
    setMissing(name.trim() === "");
    if (changed && name.trim()) update.mutate(changes);
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label={words.name}
        autoComplete="name"
        dir="auto"
        maxLength={limits.display_name_max}
        value={name}
        fault={missing ? words.nameMissing : faultOf("display_name")}
        onChange={(event) => edit(setName)(event.target.value)}
      />
      <TextField
        label={words.username}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        dir="ltr"
        hint={words.usernameHint}
        value={username}
        fault={faultOf("username") ?? (error?.code === "username_taken" ? errorText(error) : undefined)}
        onChange={(event) => edit(setUsername)(event.target.value)}
      />
      <div className={styles.field}>
        <label htmlFor={id}>{words.bio}</label>
        <textarea
          id={id}
          rows={3}
          dir="auto"
          maxLength={limits.bio_max}
          aria-describedby={`${id}-hint`}
          value={bio}
          onChange={(event) => edit(setBio)(event.target.value)}
        />
        <p id={`${id}-hint`}>{faultOf("bio") ?? words.bioHint(limits.bio_max - [...bio].length)}</p>
      </div>
      {error && !known && error.code !== "username_taken" && <Fault>{errorText(error)}</Fault>}
      <div className={styles.buttons}>
        <Button type="submit" busy={update.isPending} disabled={!changed}>
          {update.isPending ? saving : texts.common.save}
        </Button>
        <span role="status" className={styles.done}>
          {update.isSuccess && !changed && (
            <>
              <Icon name="check" size={18} />
              {saved}
            </>
          )}
        </span>
      </div>
    </form>
  );
}
