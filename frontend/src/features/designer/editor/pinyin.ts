/** Finding Chinese names by pinyin or its initials, for the few signs that names of steps are made of. */
const SIGNS: Record<string, string> = {
  shen: "审", pi: "批", tiao: "条", jian: "件", fen: "分", zhi: "支", bing: "并", xing: "行", deng: "等", dai: "待",
  kai: "开", shi: "始事", jie: "结", shu: "束", yuan: "原员", lu: "路", tui: "退", kuan: "款", ju: "拒", jue: "绝",
  chao: "抄超", song: "送", hui: "汇会", he: "合核", dong: "动", zuo: "作", zi: "子", liu: "流", cheng: "程",
  ding: "订定", dan: "单", jin: "金", e: "额", fa: "发", huo: "货", ku: "库", cun: "存", tong: "通", biao: "表",
  xin: "新", xi: "息", zhang: "账", fu: "付复服", ren: "人", gong: "工", wu: "务", cai: "财", jiao: "交", zhuan: "转",
}; // prettier-ignore

const SOUNDS = new Map(
  Object.entries(SIGNS).flatMap(([sound, signs]) => [...signs].map((sign) => [sign, sound] as const)),
);

/** `审批` is found by 审, `sp`, `shenpi`; `Approval` by any part of it. */
export function matchesSearch(name: string, search: string): boolean {
  const wanted = search.trim().toLowerCase().replaceAll(" ", "");
  if (!wanted) return true;
  const plain = name.toLowerCase().replaceAll(" ", "");
  if (plain.includes(wanted)) return true;
  const sounds = [...plain].map((sign) => SOUNDS.get(sign) ?? sign);
  return (
    sounds.join("").includes(wanted) ||
    sounds
      .map((sound) => sound.charAt(0))
      .join("")
      .includes(wanted)
  );
}
