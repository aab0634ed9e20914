/** Names as they occur among the staff of the NHS. Combined by chance: nobody is meant. */
import type { Random } from "./random";

export type Gender = "Female" | "Male";
export interface Name {
  readonly given: string;
  readonly middle?: string;
  readonly family: string;
  readonly gender: Gender;
}

interface NamePool {
  readonly weight: number;
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly family: readonly string[];
}

const words = (line: string): string[] => line.split(" ");

// Rough shares of the medical and nursing workforce; a demonstration, not a statistic.
const pools: readonly NamePool[] = [
  {
    weight: 40,
    female: words(
      "Olivia Charlotte Hannah Bethan Megan Fiona Siobhán Chloë Zoë Róisín Katherine Rebecca Louise Abigail Gwen Eleri Isla Rosie Niamh Ailsa",
    ),
    male: words(
      "James Oliver Callum Rhys Owain Séamus Ewan George Thomas Liam Dylan Harry Joshua Fergus Angus Conor Alastair Edward Huw Patrick",
    ),
    family: words(
      "Smith Jones Hughes Davies O'Connor O'Neill McAllister Macleod Fraser Whitaker Ashworth Hargreaves Pritchard Llewellyn Bowen D'Arcy Fitzgerald Sutcliffe Wainwright Hartley-Brown Carter-Jones Penrose Trevithick Ní-Bhriain Greenhalgh Oakes Thornbury Cartwright Blackwood Merrick",
    ),
  },
  {
    weight: 22,
    female: words(
      "Priyanka Anjali Kavya Meera Sunita Deepa Lakshmi Ayesha Fatima Zainab Sana Nusrat Harpreet Jasleen Divya Rukmini Samina Tahira Gurpreet Anoushka",
    ),
    male: words(
      "Arjun Vikram Rahul Sanjay Imran Bilal Usman Tariq Hamza Harjit Gurdeep Ravi Suresh Karthik Anand Farhan Zubair Nikhil Rohan Amit",
    ),
    family: words(
      "Patel Sharma Singh Kaur Khan Hussain Ahmed Begum Nair Menon Iyer Reddy Chowdhury Rahman Malik Qureshi Fernando Perera Gill Banerjee Mukherjee Kapoor Desai Shah",
    ),
  },
  {
    weight: 14,
    female: words("Adaeze Ngozi Chiamaka Folasade Abena Akosua Efua Thandiwe Nomsa Wanjiru Tendai Rutendo Amina Halima Yaa Temitope"),
    male: words("Chidi Emeka Oluwaseun Babajide Kofi Yaw Kwabena Tendayi Tafadzwa Sipho Kamau Abdi Yusuf Musa Obinna Tunde"),
    family: words(
      "Okafor Adeyemi Okonkwo Balogun Mensah Asante Boakye Moyo Ncube Dube Mwangi Otieno Abdullahi Ibrahim Eze Nwosu Agyeman Chukwu Sithole",
    ),
  },
  {
    weight: 10,
    female: words("Maria Joy Grace Angelica Rosalie Maricel Analyn Cherry Liezl Jocelyn Mei Wei-Ling Hui-Min Xiu Nguyet Linh"),
    male: words("Jose Ramon Mark-Anthony Rodel Jun Paolo Kenneth Wei Jian Kai-Wen Minh Duc Hao Ming Arnel Rommel"),
    family: words(
      "Santos Reyes Cruz Bautista Garcia Mendoza dela-Cruz Villanueva Chen Wong Lau Tan Lim Nguyen Tran Ho Cheung Pascual Aquino",
    ),
  },
  {
    weight: 14,
    female: words(
      "Katarzyna Agnieszka Ioana Elena Chiara Inês Margarida Zuzana Anna-Lena Françoise Noémie Eleni Despina Birgitta Saoirse Léa",
    ),
    male: words("Piotr Andrei João Miguel Stefan Jürgen Björn Nikos Giorgos Luca Matteo Søren Radu François Étienne Marek"),
    family: words(
      "Kowalski Nowak Popescu Ionescu Silva Gonçalves Müller Schröder Papadopoulos Nikolaidis Rossi Bianchi Lefèvre Dubois Åkesson Sørensen Novak Horvath Peña Muñoz",
    ),
  },
];

export function drawName(chance: Random): Name {
  const pool = chance.weighted(pools.map((of) => [of, of.weight] as const));
  const gender: Gender = chance.chance(0.62) ? "Female" : "Male";
  const givens = gender === "Female" ? pool.female : pool.male;
  const given = chance.pick(givens);
  const middle = chance.chance(0.35) ? chance.pick(givens.filter((name) => name !== given)) : undefined;
  const plain = chance.pick(pool.family);
  const other = chance.pick(pool.family);
  const family = chance.chance(0.06) && plain !== other && !plain.includes("-") && !other.includes("-") ? `${plain}-${other}` : plain;
  return { given, middle, family, gender };
}

/** Letters without their accents: what many an LMS keeps, and all an e-mail address has. */
export function withoutAccents(text: string): string {
  return text
    .replace(/[łŁ]/g, (letter) => (letter === "ł" ? "l" : "L"))
    .replace(/ø/g, "o")
    .replace(/Ø/g, "O")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
}

export function emailOf(given: string, family: string, domain: string, suffix = ""): string {
  const plain = (text: string) =>
    withoutAccents(text)
      .toLowerCase()
      .replace(/[^a-z-]/g, "");
  return `${plain(given)}.${plain(family)}${suffix}@${domain}`;
}
