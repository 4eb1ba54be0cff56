// The addresses of the client.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { readChatSearch } from "./chat-search";
import { HomePage } from "./home-page";
import { NotFoundPage } from "./not-found-page";
import { RouteFailed } from "./route-failed";
import { SettingsHome } from "./settings-home";
import { SignedOut } from "./signed-out";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

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
  component: lazyRouteComponent(() => import("./signed-in-page"), "SignedInPage"),
});
const home = createRoute({ getParentRoute: () => signedIn, path: "/", component: HomePage });
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

const welcome = createRoute({
  getParentRoute: () => signedIn,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./welcome-page"), "WelcomePage"),
});
const settings = createRoute({ getParentRoute: () => signedIn, path: "/settings", component: SettingsHome });
const settingsPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/$page",
  component: lazyRouteComponent(() => import("./settings-page"), "SettingsPage"),
});

export const router = createRouter({
  defaultErrorComponent: RouteFailed,
  routeTree: root.addChildren([
    signedOut.addChildren([signIn, signUp]),
    forgotPassword,
    resetPassword,
    verifyEmail,
    signedIn.addChildren([home, chat, people, person, rooms, room, welcome, settings, settingsPage]),
  ]),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
