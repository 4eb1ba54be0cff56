// As in en/chat.ts.

import type { Somebody } from "../en/chat";
import { plural } from "../plural";
import type { Texts } from "../texts";

/** "قمتَ/قام" ahead of a noun keeps a sentence right for whoever acted. */
const acted = (actor: Somebody, what: string): string => (actor.own ? `قمت ${what}` : `قام ${actor.name} ${what}`);

export const chat: Texts["chat"] = {
  region: (name) => `محادثة مع ${name}`,
  messagesWith: (name) => `الرسائل مع ${name}`,
  opening: "جارٍ فتح المحادثة",
  notHere: "هذه المحادثة غير موجودة",
  loadingMessages: "جارٍ تحميل الرسائل",
  loadingOlder: "جارٍ تحميل رسائل أقدم",
  loadingNewer: "جارٍ تحميل رسائل أحدث",
  notLoaded: "لم تُحمَّل الرسائل",
  olderFailed: "لم تُحمَّل الرسائل الأقدم.",
  sayHello: "ألقِ التحية",
  beginning: (name) => `هذه بداية محادثتك مع ${name}.`,
  beginningGroup: "هذه بداية هذه المحادثة.",
  newMessages: "رسائل جديدة",
  toLatest: "الانتقال إلى أحدث رسالة",
  toLatestNew: (count) =>
    plural("ar", count, {
      zero: "الانتقال إلى أحدث رسالة",
      one: "الانتقال إلى أحدث رسالة، رسالة جديدة واحدة",
      two: "الانتقال إلى أحدث رسالة، رسالتان جديدتان",
      few: "الانتقال إلى أحدث رسالة، # رسائل جديدة",
      many: "الانتقال إلى أحدث رسالة، # رسالة جديدة",
      other: "الانتقال إلى أحدث رسالة، # رسالة جديدة",
    }),
  backToConversations: "العودة إلى محادثاتك",
  details: "التفاصيل",
  someone: "شخص ما",
  deletedAccount: "حساب محذوف",
  youName: "أنت",
  messageBy: (name, clock) => `${name}، ${clock}`,

  presence: {
    online: "متصل",
    away: "بعيد",
    dnd: "عدم الإزعاج",
    offline: "غير متصل",
    lastSeen: (ago) => `آخر ظهور ${ago}`,
    members: (count) =>
      plural("ar", count, {
        zero: "لا أعضاء",
        one: "عضو واحد",
        two: "عضوان",
        few: "# أعضاء",
        many: "# عضوًا",
        other: "# عضو",
      }),
    onlineCount: (count) =>
      plural("ar", count, {
        zero: "لا أحد متصل",
        one: "متصل واحد",
        two: "متصلان",
        few: "# متصلين",
        many: "# متصلًا",
        other: "# متصل",
      }),
  },

  typing: {
    one: (name) => `${name} يكتب`,
    direct: "يكتب",
    two: (a, b) => `${a} و${b} يكتبان`,
    many: (count) =>
      plural("ar", count, {
        one: "شخص واحد يكتب",
        two: "شخصان يكتبان",
        few: "# أشخاص يكتبون",
        many: "# شخصًا يكتبون",
        other: "# شخص يكتبون",
      }),
  },

  message: {
    deleted: "حُذفت هذه الرسالة",
    edited: "معدّلة",
    editedHint: "معدّلة. عرض النسخ السابقة",
    ticks: {
      sending: "جارٍ الإرسال",
      waiting: "بانتظار الإرسال",
      failed: "لم تُرسل",
      sent: "أُرسلت",
      delivered: "وصلت",
      read: "قُرئت",
    },
    readBy: (count, all) => `قرأها ${count} من ${all}`,
    waitingForConnection: "بانتظار الاتصال.",
    tryAgain: "إعادة المحاولة",
    tryNow: "المحاولة الآن",
    delete: "حذف",
    replyTo: (name) => `رد على ${name}`,
    noText: "رسالة بلا نص",
    showOriginal: (name) => `عرض رسالة ${name}`,
    reactions: "التفاعلات",
    reaction: (emoji, count) =>
      plural("ar", count, {
        one: `${emoji} من شخص واحد`,
        two: `${emoji} من شخصين`,
        few: `${emoji} من # أشخاص`,
        many: `${emoji} من # شخصًا`,
        other: `${emoji} من # شخص`,
      }),
    addReaction: "إضافة تفاعل",
    you: "أنت",
    linkTo: (address) => `يفتح ${address}`,
  },

  actions: {
    label: "إجراءات الرسالة",
    more: "المزيد",
    react: "تفاعل",
    reactWith: (emoji) => `تفاعل بـ ${emoji}`,
    moreEmoji: "رموز تعبيرية أخرى",
    reply: "رد",
    edit: "تعديل",
    copy: "نسخ النص",
    copied: "نُسخ النص",
    notCopied: "تعذّر نسخ النص. حدّده وانسخه بنفسك.",
    info: "معلومات الرسالة",
    history: "النسخ السابقة",
    report: "إبلاغ",
    delete: "حذف",
    failed: (why) => `لم ينجح ذلك. ${why}`,
  },

  deleting: {
    title: "حذف هذه الرسالة؟",
    own: "ستختفي لدى الجميع هنا، ولا يمكن التراجع عن ذلك.",
    others: (name) => `ستختفي رسالة ${name} لدى الجميع هنا، ولا يمكن التراجع عن ذلك.`,
  },

  info: {
    title: "معلومات الرسالة",
    sentAt: "أُرسلت",
    editedAt: "عُدّلت",
    read: "قرأها",
    delivered: "وصلت إلى",
    waiting: "لم تصل بعد",
    none: "لا يُسجَّل هنا من قرأ ماذا.",
    loading: "جارٍ السؤال عمّن قرأها",
  },

  edits: {
    title: "النسخ السابقة",
    now: "الآن",
    loading: "جارٍ تحميل النسخ السابقة",
    none: "لا توجد نسخ سابقة.",
  },

  report: {
    title: "الإبلاغ عن هذه الرسالة",
    intro: (name) => `أخبرنا بما في رسالة ${name} من مشكلة. لن يعرف صاحبها من أبلغ عنها.`,
    reason: "ما المشكلة؟",
    detail: "هل هناك ما يجب أن نعرفه أيضًا؟",
    send: "إرسال البلاغ",
    done: "شكرًا لك. أُرسل بلاغك.",
    reasons: {
      spam: "رسائل مزعجة",
      harassment: "مضايقة",
      hate: "كراهية",
      violence: "عنف",
      sexual: "محتوى جنسي",
      self_harm: "إيذاء النفس",
      impersonation: "انتحال شخصية",
      other: "شيء آخر",
    },
  },

  emoji: {
    open: "الرموز التعبيرية",
    search: "البحث في الرموز التعبيرية",
    loading: "جارٍ تحميل الرموز التعبيرية",
    failed: "لم تُحمَّل الرموز التعبيرية. تحقق من اتصالك ثم حاول مرة أخرى.",
    empty: "لا توجد نتائج",
    skinTone: "لون البشرة",
  },

  composer: {
    placeholder: "اكتب رسالة",
    label: (name) => `رسالة إلى ${name}`,
    send: "إرسال",
    sendHint: "إرسال (Enter)",
    save: "حفظ",
    attach: "إرفاق ملفات",
    drop: "أفلت الملفات هنا لإرسالها",
    replyingTo: (name) => `رد على ${name}`,
    replyingToSelf: "رد على نفسك",
    stopReplying: "إلغاء الرد",
    editing: "تعديل الرسالة",
    stopEditing: "إلغاء التعديل",
    left: (count) =>
      plural("ar", count, {
        zero: "لم يبقَ أي حرف",
        one: "بقي حرف واحد",
        two: "بقي حرفان",
        few: "بقيت # أحرف",
        many: "بقي # حرفًا",
        other: "بقي # حرف",
      }),
    over: (count) =>
      plural("ar", count, {
        one: "حرف واحد زائد",
        two: "حرفان زائدان",
        few: "# أحرف زائدة",
        many: "# حرفًا زائدًا",
        other: "# حرف زائد",
      }),
    mentions: "أشخاص يمكن الإشارة إليهم",
  },

  files: {
    list: "ملفات للإرسال",
    remove: (name) => `إزالة ${name}`,
    cancel: (name) => `إلغاء ${name}`,
    retry: (name) => `إعادة محاولة ${name}`,
    progress: (name) => `جارٍ رفع ${name}`,
    sent: (part, whole) => `${part} من ${whole}`,
    waiting: "بالانتظار",
    empty: (name) => `الملف ${name} فارغ.`,
    tooLarge: (name, most) => `الملف ${name} كبير جدًا. الحد الأقصى للملف ${most}.`,
    tooMany: (most) =>
      plural("ar", most, {
        one: "تتسع الرسالة لملف واحد.",
        two: "تتسع الرسالة لملفين.",
        few: "تتسع الرسالة لـ # ملفات.",
        many: "تتسع الرسالة لـ # ملفًا.",
        other: "تتسع الرسالة لـ # ملف.",
      }),
    download: "تنزيل",
    downloadName: (name) => `تنزيل ${name}`,
    picture: (name) => `الصورة ${name}`,
    gone: "لم يعد هذا الملف موجودًا.",
  },

  viewer: {
    title: "الصور",
    open: (name) => `فتح الصورة ${name}`,
    close: "إغلاق",
    next: "الصورة التالية",
    previous: "الصورة السابقة",
    zoomIn: "تكبير",
    zoomOut: "تصغير",
    download: "تنزيل",
    place: (index, count) => `${index} من ${count}`,
  },

  search: {
    open: "البحث في هذه المحادثة",
    label: "البحث في هذه المحادثة",
    place: (index, count) => `${index} من ${count}`,
    none: "لا توجد نتائج",
    searching: "جارٍ البحث",
    next: "النتيجة التالية (أحدث)",
    previous: "النتيجة السابقة (أقدم)",
    close: "إغلاق البحث",
  },

  jump: {
    toDate: "الانتقال إلى تاريخ",
    date: "التاريخ",
    go: "عرض",
    nothing: "لم تعد هذه الرسالة موجودة.",
  },

  closed: {
    closed: "هذه المحادثة مغلقة. لا يزال بإمكانك قراءتها.",
    gone: "لم يعد هذا الشخص هنا. لا يزال بإمكانك قراءة رسائلك.",
    notMember: "لست عضوًا في هذه الغرفة. انضم إليها لتكتب.",
  },

  system: {
    somebody: "شخص ما",
    other: "تغيّر شيء هنا.",
    created: (actor, title) => acted(actor, title ? `بإنشاء «${title}»` : "بإنشاء هذه المحادثة"),
    memberAdded: (actor, user) => (user.own ? `${actor.name} أضافك` : acted(actor, `بإضافة ${user.name}`)),
    memberRemoved: (actor, user) => (user.own ? `${actor.name} أزالك` : acted(actor, `بإزالة ${user.name}`)),
    memberLeft: (user) => (user.own ? "غادرت" : `غادر ${user.name}`),
    roleChanged: (actor, user, admin) =>
      acted(
        actor,
        admin
          ? `بمنح صلاحيات الإدارة ${user.own ? "لك" : `لـ ${user.name}`}`
          : `بسحب صلاحيات الإدارة من ${user.own ? "حسابك" : user.name}`,
      ),
    renamed: (actor, title) => acted(actor, title ? `بتغيير الاسم إلى «${title}»` : "بإزالة الاسم"),
    topicChanged: (actor, topic) => acted(actor, topic ? `بتغيير الموضوع إلى «${topic}»` : "بإزالة الموضوع"),
    transferred: (actor, user) => acted(actor, `بنقل الملكية ${user.own ? "إليك" : `إلى ${user.name}`}`),
    closed: (actor) => acted(actor, "بإغلاق المحادثة"),
    reopened: (actor) => acted(actor, "بإعادة فتح المحادثة"),
  },
};
