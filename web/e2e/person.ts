// A person at a browser: what they do, in the words of the screen.
import { type Browser, type BrowserContext, type BrowserContextOptions, expect, type Page } from "@playwright/test";
import type { Actor } from "./scene";
import { freshName } from "./stack";

export const PASSWORD = "a quiet river at dawn";

/** The tick of a message that the server has; the others may have got it meanwhile. */
export const STORED = /^(Sent|Delivered|Read)$/;

export class Person {
  readonly username: string;

  private constructor(
    readonly page: Page,
    readonly name: string,
    username?: string,
  ) {
    this.username = username ?? freshName(name.split(" ")[0]?.toLowerCase() ?? "someone");
  }

  static async open(context: BrowserContext, url: string, name: string): Promise<Person> {
    const page = await context.newPage();
    await page.addInitScript(rememberSockets);
    await page.goto(url);
    return new Person(page, name);
  }

  /** Somebody whom `enrol` made, at a browser of their own where they are signed in already. */
  static async enter(
    browser: Browser,
    url: string,
    actor: Actor,
    path = "/",
    more: BrowserContextOptions = {},
  ): Promise<Person> {
    const usual = { locale: "en-GB", reducedMotion: "reduce" } as const;
    const context = await browser.newContext({ storageState: actor.state, ...usual, ...more });
    const page = await context.newPage();
    await page.addInitScript(rememberSockets);
    await page.goto(`${url}${path}`);
    const person = new Person(page, actor.name, actor.username);
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeAttached();
    return person;
  }

  get email(): string {
    return `${this.username}@example.com`;
  }

  async signUp(): Promise<void> {
    const { page } = this;
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Your name").fill(this.name);
    await page.getByLabel("Username").fill(this.username);
    await page.getByLabel("Email").fill(this.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await this.expectSignedIn();
  }

  async signIn(password = PASSWORD): Promise<void> {
    const { page } = this;
    await page.getByLabel("Username or email").fill(this.username);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async signOut(): Promise<void> {
    await this.page.getByRole("button", { name: /Your account/ }).click();
    await this.page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    await expect(this.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  }

  async expectSignedIn(): Promise<void> {
    await expect(this.page.getByRole("button", { name: `Your account, ${this.name}` })).toBeVisible();
  }

  async find(other: Person): Promise<void> {
    await this.page.keyboard.press("/");
    await this.page.getByRole("searchbox", { name: /Search people/ }).fill(other.username);
    await expect(this.page.getByRole("region", { name: "People found" }).getByText(other.name)).toBeVisible();
  }

  async say(text: string): Promise<void> {
    const composer = this.page.getByRole("textbox", { name: /Message to/ });
    await composer.fill(text);
    await composer.press("Enter");
    const bubble = this.message(text);
    await expect(bubble.getByRole("img", { name: STORED })).toBeVisible();
  }

  /** Cuts the connection, and keeps a new one from being made. */
  async goOffline(): Promise<void> {
    await this.page.context().setOffline(true);
    await this.page.evaluate(() => {
      for (const socket of window.openSockets) socket.close();
    });
  }

  async goOnline(): Promise<void> {
    await this.page.context().setOffline(false);
  }

  message(text: string) {
    return this.page.getByRole("log").getByRole("article").filter({ hasText: text });
  }

  async expectMessage(text: string): Promise<void> {
    await expect(this.message(text)).toBeVisible();
  }
}

/** What the messages in the page say, without their times. */
export function textsIn(page: Page): Promise<string[]> {
  return page
    .getByRole("log")
    .getByRole("article")
    .evaluateAll((articles) =>
      articles.map((article) => {
        const copy = article.cloneNode(true) as HTMLElement;
        copy.querySelector("time")?.remove();
        return copy.textContent ?? "";
      }),
    );
}

declare global {
  interface Window {
    openSockets: WebSocket[];
  }
}

/** Taking the browser offline leaves open sockets alone, so the page keeps a list of them for `goOffline`. */
function rememberSockets(): void {
  window.openSockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      window.openSockets.push(this);
    }
  };
}
