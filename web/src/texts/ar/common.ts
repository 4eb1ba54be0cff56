// As in en/common.ts.

import { plural } from "../plural";
import type { Texts } from "../texts";

export const common: Texts["common"] = {
  cancel: "إلغاء",
  close: "إغلاق",
  save: "حفظ",
  retry: "إعادة المحاولة",
  delete: "حذف",
  back: "رجوع",
  search: "بحث",
  loading: "جارٍ التحميل",
  more: "عرض المزيد",
  you: "أنت",
  copyLink: "نسخ الرابط",
  linkCopied: "نُسخ الرابط",
  notCopied: (link) => `تعذّر نسخ الرابط: ${link}`,
  happened: "ما حدث للتو",
  justNow: "الآن",
  minutes: (count) =>
    plural("ar", count, {
      one: "دقيقة واحدة",
      two: "دقيقتان",
      few: "# دقائق",
      many: "# دقيقة",
      other: "# دقيقة",
    }),
};
