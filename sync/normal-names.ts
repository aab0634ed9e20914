/**
 * Names as people write them, brought to a form in which two spellings of one name are equal: accents, apostrophes,
 * hyphens, titles and particles are where two systems differ most, and never a reason to think of two people.
 */

/** Letters that Unicode does not decompose: NFKD leaves Zieliński's l with stroke and Søren's o as they are. */
const letters: Readonly<Record<string, string>> = {
  ł: "l",
  ø: "o",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ħ: "h",
  ŋ: "n",
};
const apostrophes = /['’‘`´ʼʻ′＇]/gu;
const titles = new Set(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "sister", "nurse"]);
/** Parts that one system keeps and another drops. */
const particles = new Set([
  "de",
  "da",
  "dos",
  "del",
  "della",
  "di",
  "la",
  "le",
  "van",
  "von",
  "der",
  "den",
  "ten",
  "ter",
  "al",
  "el",
  "bin",
  "binti",
  "ibn",
  "ap",
  "ab",
  "st",
]);

export interface NormalName {
  /** Lower-case words without accents, titles and punctuation. */
  readonly tokens: readonly string[];
  /** The words that matter, without particles. */
  readonly core: readonly string[];
  /** All words in one. */
  readonly compact: string;
  readonly skeleton: string;
}

const empty: NormalName = { tokens: [], core: [], compact: "", skeleton: "" };
const known = new Map<string, NormalName>();
/** Names repeat within a batch; the memory of them is bounded so that a long run does not grow. */
const knownAtMost = 20_000;

export function normalName(text: string | undefined): NormalName {
  if (!text) return empty;
  const before = known.get(text);
  if (before) return before;
  const name = normalise(text);
  if (known.size >= knownAtMost) known.clear();
  known.set(text, name);
  return name;
}

function normalise(text: string): NormalName {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[łøßæœđðþıħŋ]/gu, (letter) => letters[letter] ?? letter)
    .replace(apostrophes, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  let tokens = plain === "" ? [] : plain.split(" ");
  while (tokens.length > 1 && titles.has(tokens[0]!)) tokens = tokens.slice(1);
  // "O Brien", "Mc Donald" and "D Souza" are one word elsewhere.
  if (tokens.length > 1 && /^(o|mc|mac|d|n)$/.test(tokens[0]!) && tokens[1]!.length > 2)
    tokens = [tokens[0]! + tokens[1]!, ...tokens.slice(2)];
  const core = tokens.filter((token) => !particles.has(token));
  const kept = core.length === 0 ? tokens : core;
  return { tokens, core: kept, compact: tokens.join(""), skeleton: skeletonOf(kept.join("")) };
}

/**
 * How a name sounds, roughly: consonants in order, the first vowel as "a". It forgives the spelling of vowels, doubled
 * letters and the usual transliterations (Mohammed, Muhammad; Siobhan stays itself). Used to find candidates, never to link.
 */
export function skeletonOf(word: string): string {
  if (word === "") return "";
  const sounds = word
    .replace(/^mac(?=[^aeiou])/, "mc")
    .replace(/^kn/, "n")
    .replace(/^wr/, "r")
    .replace(/sch|sh|sz|cz|ch/g, "s")
    .replace(/ph/g, "f")
    .replace(/ck|kh|q/g, "k")
    .replace(/gh/g, "g")
    .replace(/c(?=[eiy])/g, "s")
    .replace(/c/g, "k")
    .replace(/x/g, "ks")
    .replace(/z/g, "s")
    .replace(/w/g, "v")
    .replace(/j(?=[aou])/g, "j");
  const first = /[aeiouy]/.test(sounds[0]!) ? "a" : sounds[0]!;
  const rest = sounds.slice(1).replace(/[aeiouyh]/g, "");
  return (first + rest).replace(/(.)\1+/g, "$1");
}

/** Short and familiar forms. Every line is one name; a name may stand in several. */
const familiarForms = `
william bill billy will willie liam|robert bob bobby rob robbie bert|richard rick dick richie rich|james jim jimmy jamie|john jack johnny jon
jonathan jon johnny|thomas tom tommy tomasz|edward ed eddie ted teddy ned|charles charlie chuck|michael mike mick mickey|david dave davey dai
daniel dan danny|christopher chris kit|matthew matt|anthony tony antony|andrew andy drew|stephen steve steven|joseph joe joey|benjamin ben
nicholas nick nicky|peter pete|patrick pat paddy padraig|timothy tim|samuel sam|gregory greg|alexander alex alec sandy|frederick fred freddie
gerald gerry|lawrence larry laurie|philip phil|kenneth ken|ronald ron|donald don|raymond ray|geoffrey geoff|graham graeme|terence terry
elizabeth liz beth betty lizzie eliza elspeth|margaret maggie meg peggy margie mairead|katherine kate katie kathy catherine kathryn cath kitty
susan sue susie|patricia pat trish tricia|jennifer jen jenny|jacqueline jackie|deborah debbie deb|christine chris chrissie|rebecca becky bex
victoria vicky tori|alexandra alex sandra|samantha sam|kimberley kim|pamela pam|barbara barb babs|dorothy dot dottie|eleanor ellie nell nora
abigail abi abbie gail|amanda mandy|angela angie|janet jan|judith judy|mary molly polly maria|theresa terry tess|helen nell|isabella bella izzy
joanna jo joanne|josephine jo josie|louise lou|natalie nat|nicola nicky nikki|philippa pippa|rosemary rosie rose|sarah sally|stephanie steph
mohammed mohammad muhammad mohamed mohamad mohd md muhammed mohamud|abdul abdel abdool|hussain hussein husain hossain|ahmed ahmad|aisha ayesha aysha
yusuf yousuf yousef youssef|fatima fatimah fatema|ali aly|katarzyna kasia|malgorzata gosia|agnieszka aga|krzysztof krzys|malgorzata margaret
siobhan shivaun chevonne|sean shaun shawn|niamh neve|aoife eva|caitlin kathleen|oluwaseun seun|oluwatobi tobi|chukwuemeka emeka|ngozi ngo`;
const formsOf = new Map<string, Set<number>>();
familiarForms
  .trim()
  .split(/[|\n]/)
  .forEach((line, index) => {
    for (const form of line.trim().split(" ")) {
      const lines = formsOf.get(form) ?? new Set<number>();
      lines.add(index);
      formsOf.set(form, lines);
    }
  });

/** Two forms of one given name (Bill, William). */
export function sameFamiliarName(one: string, other: string): boolean {
  const lines = formsOf.get(one);
  const others = formsOf.get(other);
  if (!lines || !others) return false;
  for (const line of lines) if (others.has(line)) return true;
  return false;
}

/**
 * Names so common among NHS staff that agreeing on them says less. By skeleton, so that every spelling counts.
 * Source: the most frequent names of the ONS and of the workforce of large English trusts as generally known; assumed.
 */
const commonFamilies = new Set(
  `smith jones taylor williams brown davies evans wilson thomas roberts johnson lewis walker robinson wood thompson white watson jackson wright
green harris cooper king lee martin clarke james morgan hughes edwards hill moore clark harrison scott young morris hall ward turner carter
khan patel ahmed ali hussain singh kaur begum akhtar malik shah iqbal mohammed sharma kumar islam rahman chen wang li zhang liu wong
murphy kelly osullivan walsh obrien ryan okafor adeyemi mensah osei nowak kowalska kowalski joseph thomas george mathew`
    .split(/\s+/)
    .map(skeletonOf),
);
const commonGivens = new Set(
  `mohammed ahmed ali abdul hussain syed david john michael paul james andrew mark robert richard peter stephen christopher thomas daniel william
sarah susan julie karen jacqueline emma claire lisa elizabeth margaret mary patricia anna joanne nicola helen alison rebecca louise jennifer
fatima aisha priya maria katarzyna anna agnieszka`
    .split(/\s+/)
    .map(skeletonOf),
);
export const isCommonFamily = (name: NormalName): boolean => commonFamilies.has(name.skeleton);
export const isCommonGiven = (name: NormalName): boolean => commonGivens.has(name.skeleton);
