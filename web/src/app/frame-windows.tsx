// The windows that any page may open over itself; fetched when first needed.
import { lazy, Suspense } from "react";
import { NewSomething } from "./new-something";
import { closeWindow, useOpenWindow } from "./windows";

const CommandPalette = lazy(() => import("./command-palette").then((part) => ({ default: part.CommandPalette })));
const HelpSheet = lazy(() =>
  import("@/features/palette/components/help-sheet").then((part) => ({ default: part.HelpSheet })),
);

export function FrameWindows() {
  const open = useOpenWindow();
  return (
    <Suspense fallback={null}>
      {open === "palette" && <CommandPalette onClose={closeWindow} />}
      {open === "help" && <HelpSheet onClose={closeWindow} />}
      {(open === "message" || open === "group" || open === "room") && (
        <NewSomething key={open} kind={open} onClose={closeWindow} />
      )}
    </Suspense>
  );
}
