// Everything inside an open conversation.
import { plural } from "../plural";

/** Somebody in a system message; `own` when it is the reader. */
export interface Somebody {
  name: string;
  own: boolean;
}

const subject = ({ name, own }: Somebody): string => (own ? "You" : name);
const object = ({ name, own }: Somebody): string => (own ? "you" : name);

export const chat = {
  region: (name: string) => `Chat with ${name}`,
  messagesWith: (name: string) => `Messages with ${name}`,
  opening: "Opening the conversation",
  notHere: "This conversation isn't here",
  loadingMessages: "Loading messages",
  loadingOlder: "Loading older messages",
  loadingNewer: "Loading newer messages",
  notLoaded: "The messages didn't load",
  olderFailed: "Older messages didn't load.",
  sayHello: "Say hello",
  beginning: (name: string) => `This is the beginning of your conversation with ${name}.`,
  beginningGroup: "This is the beginning of this conversation.",
  newMessages: "New messages",
  toLatest: "Go to the latest message",
  toLatestNew: (count: number) =>
    plural("en", count, {
      one: "Go to the latest message, # new message",
      other: "Go to the latest message, # new messages",
    }),
  backToConversations: "Back to your conversations",
  details: "Details",
  someone: "Somebody",
  deletedAccount: "Deleted account",
  youName: "You",
  messageBy: (name: string, clock: string) => `${name}, ${clock}`,

  presence: {
    online: "Online",
    away: "Away",
    dnd: "Do not disturb",
    offline: "Offline",
    lastSeen: (ago: string) => `Last seen ${ago}`,
    members: (count: number) => plural("en", count, { one: "# member", other: "# members" }),
    onlineCount: (count: number) => plural("en", count, { one: "# online", other: "# online" }),
  },

  typing: {
    one: (name: string) => `${name} is typing`,
    direct: "typing",
    two: (a: string, b: string) => `${a} and ${b} are typing`,
    many: (count: number) => plural("en", count, { one: "# person is typing", other: "# people are typing" }),
  },

  message: {
    deleted: "This message was deleted",
    edited: "edited",
    editedHint: "Edited. Show earlier versions",
    ticks: {
      sending: "Sending",
      waiting: "Waiting to be sent",
      failed: "Not sent",
      sent: "Sent",
      delivered: "Delivered",
      read: "Read",
    },
    readBy: (count: number, all: number) => `Read by ${count} of ${all}`,
    waitingForConnection: "Waiting for the connection.",
    tryAgain: "Try again",
    tryNow: "Try now",
    delete: "Delete",
    replyTo: (name: string) => `Reply to ${name}`,
    noText: "Message without text",
    showOriginal: (name: string) => `Show the message by ${name}`,
    reactions: "Reactions",
    reaction: (emoji: string, count: number) =>
      plural("en", count, { one: `${emoji} by # person`, other: `${emoji} by # people` }),
    addReaction: "Add a reaction",
    you: "You",
    linkTo: (address: string) => `Opens ${address}`,
  },

  actions: {
    label: "Message actions",
    more: "More",
    react: "React",
    reactWith: (emoji: string) => `React with ${emoji}`,
    moreEmoji: "More emoji",
    reply: "Reply",
    edit: "Edit",
    copy: "Copy text",
    copied: "Text copied",
    notCopied: "The text couldn't be copied. Select it and copy it by hand.",
    info: "Message info",
    history: "Earlier versions",
    report: "Report",
    delete: "Delete",
    failed: (why: string) => `That didn't work. ${why}`,
  },

  deleting: {
    title: "Delete this message?",
    own: "It disappears for everybody here. This can't be taken back.",
    others: (name: string) => `The message by ${name} disappears for everybody here. This can't be taken back.`,
  },

  info: {
    title: "Message info",
    sentAt: "Sent",
    editedAt: "Edited",
    read: "Read by",
    delivered: "Delivered to",
    waiting: "Not delivered yet",
    none: "Here it isn't kept who has read what.",
    loading: "Asking who has read it",
  },

  edits: {
    title: "Earlier versions",
    now: "Now",
    loading: "Loading earlier versions",
    none: "There are no earlier versions.",
  },

  report: {
    title: "Report this message",
    intro: (name: string) => `Tell us what is wrong with this message by ${name}. They will not know who reported it.`,
    reason: "What is wrong?",
    detail: "Anything else we should know?",
    send: "Send report",
    done: "Thank you. Your report has been sent.",
    reasons: {
      spam: "Spam",
      harassment: "Harassment",
      hate: "Hate",
      violence: "Violence",
      sexual: "Sexual content",
      self_harm: "Self-harm",
      impersonation: "Pretends to be somebody else",
      other: "Something else",
    },
  },

  emoji: {
    open: "Emoji",
    search: "Search emoji",
    loading: "Loading emoji",
    failed: "The emoji didn't load. Check your connection and try again.",
    empty: "No emoji found",
    skinTone: "Skin tone",
  },

  composer: {
    placeholder: "Write a message",
    label: (name: string) => `Message to ${name}`,
    send: "Send",
    sendHint: "Send (Enter)",
    save: "Save",
    attach: "Attach files",
    drop: "Drop files to send them",
    replyingTo: (name: string) => `Reply to ${name}`,
    replyingToSelf: "Reply to yourself",
    stopReplying: "Don't reply",
    editing: "Edit message",
    stopEditing: "Don't edit",
    left: (count: number) => plural("en", count, { one: "# character left", other: "# characters left" }),
    over: (count: number) => plural("en", count, { one: "# character too many", other: "# characters too many" }),
    mentions: "People to mention",
  },

  files: {
    list: "Files to send",
    remove: (name: string) => `Remove ${name}`,
    cancel: (name: string) => `Cancel ${name}`,
    retry: (name: string) => `Try ${name} again`,
    progress: (name: string) => `${name} is on its way`,
    sent: (part: string, whole: string) => `${part} of ${whole}`,
    waiting: "Waiting",
    empty: (name: string) => `${name} is empty.`,
    tooLarge: (name: string, most: string) => `${name} is too large. A file may have up to ${most}.`,
    tooMany: (most: number) =>
      plural("en", most, { one: "A message takes # file.", other: "A message takes up to # files." }),
    download: "Download",
    downloadName: (name: string) => `Download ${name}`,
    picture: (name: string) => `Picture ${name}`,
    gone: "This file isn't there any more.",
  },

  viewer: {
    title: "Pictures",
    open: (name: string) => `Open picture ${name}`,
    close: "Close",
    next: "Next picture",
    previous: "Previous picture",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    download: "Download",
    place: (index: number, count: number) => `${index} of ${count}`,
  },

  search: {
    open: "Search in this conversation",
    label: "Search in this conversation",
    place: (index: number, count: string) => `${index} of ${count}`,
    none: "Nothing found",
    searching: "Searching",
    next: "Next result (newer)",
    previous: "Previous result (older)",
    close: "Close search",
  },

  jump: {
    toDate: "Jump to a date",
    date: "Date",
    go: "Show",
    nothing: "That message isn't there any more.",
  },

  closed: {
    closed: "This conversation is closed. You can still read it.",
    gone: "This person isn't here any more. You can still read your messages.",
    notMember: "You are not a member of this room. Join it to write.",
  },

  system: {
    somebody: "Somebody",
    other: "Something changed here.",
    created: (actor: Somebody, title: string | undefined) =>
      title ? `${subject(actor)} created “${title}”` : `${subject(actor)} created this conversation`,
    memberAdded: (actor: Somebody, user: Somebody) => `${subject(actor)} added ${object(user)}`,
    memberRemoved: (actor: Somebody, user: Somebody) => `${subject(actor)} removed ${object(user)}`,
    memberLeft: (user: Somebody) => `${subject(user)} left`,
    roleChanged: (actor: Somebody, user: Somebody, admin: boolean) =>
      admin
        ? `${subject(actor)} made ${object(user)} an admin`
        : `${subject(actor)} made ${object(user)} a member without admin rights`,
    renamed: (actor: Somebody, title: string | undefined) =>
      title ? `${subject(actor)} changed the name to “${title}”` : `${subject(actor)} removed the name`,
    topicChanged: (actor: Somebody, topic: string | undefined) =>
      topic ? `${subject(actor)} changed the topic to “${topic}”` : `${subject(actor)} removed the topic`,
    transferred: (actor: Somebody, user: Somebody) => `${subject(actor)} made ${object(user)} the owner`,
    closed: (actor: Somebody) => `${subject(actor)} closed the conversation`,
    reopened: (actor: Somebody) => `${subject(actor)} reopened the conversation`,
  },
};
