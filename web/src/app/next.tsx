// To the sign-in, and from there to where one wanted to go.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { forgetNext, nextAddress, rememberNext } from "@/lib/next-address";

/** Away from a page that is for people with a session; `comeBack` unless one left on purpose. */
export function ToSignIn({ comeBack }: { comeBack: boolean }) {
  const navigate = useNavigate();
  useEffect(() => {
    if (comeBack) rememberNext(window.location.pathname + window.location.search);
    else forgetNext();
    void navigate({ to: "/sign-in", replace: true });
  }, [comeBack, navigate]);
  return null;
}

/** On to what was wanted before the sign-in. */
export function ToNext() {
  const navigate = useNavigate();
  const [href] = useState(nextAddress);
  useEffect(() => {
    forgetNext();
    void navigate({ href, replace: true });
  }, [href, navigate]);
  return null;
}
