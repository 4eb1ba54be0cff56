// Names the page after what is open, as long as it is.
import { useEffect } from "react";
import { setOpenedTitle } from "@/lib/page-title";

export function useTitle(title: string): void {
  useEffect(() => {
    setOpenedTitle(title);
    return () => setOpenedTitle("");
  }, [title]);
}
