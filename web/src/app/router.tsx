// The addresses of the client.
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ServerClient } from "@/lib/client-context";
import { rememberNext } from "@/lib/next-address";
import { loadMoreTexts, loadSettingsTexts } from "@/texts/texts";
import { readChatSearch } from "./chat-search";
import { NotFoundPage } from "./not-found-page";
import { RouteFailed } from "./route-failed";
import { SignedOut } from "./signed-out";

const root = createRootRouteWithContext<Pick<ServerClient, "session">>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
});

const signedOut = createRoute({ getParentRoute: () => root, id: "signed-out", component: SignedOut });
const signIn = createRoute({
  getParentRoute: () => signedOut,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./sign-in-page"), "SignInPage"),
});
const signUp = createRoute({
  getParentRoute: () => signedOut,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("./sign-up-page"), "SignUpPage"),
});

// Links in mails lead to these, whoever is signed in.
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("./forgot-password-page"), "ForgotPasswordPage"),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./reset-password-page"), "ResetPasswordPage"),
});
const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  component: lazyRouteComponent(() => import("./verify-email-page"), "VerifyEmailPage"),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  // Whoever comes without a session needs nothing of what is behind the sign-in.
  beforeLoad: ({ context, location }) => {
    if (context.session.getState().status !== "signed-out") return;
    rememberNext(location.href);
    throw redirect({ to: "/sign-in", replace: true });
  },
  component: lazyRouteComponent(
    () => Promise.all([import("./signed-in-page"), loadMoreTexts()]).then(([page]) => page),
    "SignedInPage",
  ),
});
const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./home-page"), "HomePage"),
});
const chat = createRoute({
  getParentRoute: () => signedIn,
  path: "/c/$conversationId",
  validateSearch: readChatSearch,
  component: lazyRouteComponent(() => import("./chat-page"), "ChatPage"),
});
const people = createRoute({
  getParentRoute: () => signedIn,
  path: "/people",
  component: lazyRouteComponent(() => import("./home-page"), "PeopleHomePage"),
});
const rooms = createRoute({
  getParentRoute: () => signedIn,
  path: "/rooms",
  component: lazyRouteComponent(() => import("./home-page"), "RoomsHomePage"),
});
const room = createRoute({
  getParentRoute: () => signedIn,
  path: "/rooms/$conversationId",
  component: lazyRouteComponent(() => import("./room-page"), "RoomPage"),
});
const person = createRoute({
  getParentRoute: () => signedIn,
  path: "/people/$userId",
  component: lazyRouteComponent(() => import("./person-page"), "PersonPage"),
});

const personNamed = createRoute({
  getParentRoute: () => signedIn,
  path: "/u/$username",
  component: lazyRouteComponent(() => import("./person-named-page"), "PersonNamedPage"),
});
const welcome = createRoute({
  getParentRoute: () => signedIn,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./welcome-page"), "WelcomePage"),
});
const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings-home"), "SettingsHome"),
});
const settingsPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/$page",
  component: lazyRouteComponent(
    () => Promise.all([import("./settings-page"), loadSettingsTexts()]).then(([page]) => page),
    "SettingsPage",
  ),
});

export const router = createRouter({
  // Given when the client starts.
  context: { session: undefined as never },
  defaultErrorComponent: RouteFailed,
  routeTree: root.addChildren([
    signedOut.addChildren([signIn, signUp]),
    forgotPassword,
    resetPassword,
    verifyEmail,
    signedIn.addChildren([home, chat, people, person, personNamed, rooms, room, welcome, settings, settingsPage]),
  ]),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
