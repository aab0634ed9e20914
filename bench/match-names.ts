/** Names for generated people: lists of our own, by origin, with the accents and apostrophes that systems lose. Shares are assumed. */
export interface NameGroup {
  readonly share: number;
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly families: readonly string[];
  /** Syllables of rare family names, so that not everybody is called Smith. */
  readonly syllables: readonly [readonly string[], readonly string[], readonly string[]] | undefined;
}
const list = (names: string) => names.trim().split(/\s+/);

export const nameGroups: readonly NameGroup[] = [
  {
    share: 0.56,
    female:
      list(`Sarah Susan Emma Claire Lisa Elizabeth Margaret Mary Patricia Joanne Nicola Helen Alison Rebecca Louise Jennifer Jacqueline Deborah
      Katherine Christine Victoria Samantha Laura Amy Gemma Charlotte Hannah Lucy Sophie Rachel Amanda Angela Dawn Tracey Michelle Donna Heather Kelly
      Natalie Stephanie Kimberley Zoë Chloë Abigail Eleanor Isabella Josephine Theresa Rosemary Judith`),
    male: list(`James Andrew Mark Robert Richard Peter Stephen Christopher Thomas Daniel William David John Michael Paul Matthew Joseph Benjamin Nicholas
      Timothy Samuel Gregory Alexander Edward Charles Philip Kenneth Ronald Geoffrey Graham Ian Keith Simon Adam Luke Jonathan Martin Neil Gary Craig`),
    families:
      list(`Smith Jones Taylor Brown Wilson Johnson Walker Robinson Wood Thompson White Watson Jackson Wright Green Harris Cooper King Lee Martin
      Clarke Hill Moore Clark Harrison Scott Young Morris Hall Ward Turner Carter Baker Mitchell Phillips Bennett Shaw Barker Whitehead Fairclough Entwistle`),
    syllables: [
      list("Ash Brad Cran Dun El Fen Gold Had Ing Kirk Lang Mar North Ot Pen Ram Sel Thorn Up Whit Wyn Hol Bir Cot"),
      list("ber ing sel den ham mer wood bur lan ter wen ris"),
      list("ton ley field worth ford by well shaw croft man son bridge stead"),
    ],
  },
  {
    share: 0.06,
    female: list("Siân Nerys Bethan Angharad Rhiannon Ffion Carys Catrin Lowri Megan"),
    male: list("Gareth Dafydd Rhys Huw Owain Ieuan Emyr Gethin Dylan Iwan"),
    families: list(
      "Jones Williams Davies Evans Thomas Roberts Lewis Hughes Morgan Edwards Griffiths Llewellyn Gwynne Prydderch Vaughan ap-Rhys",
    ),
    syllables: undefined,
  },
  {
    share: 0.06,
    female: list("Siobhán Aoife Niamh Sinéad Gráinne Orla Caitlín Bríd Róisín Máiréad Ciara Deirdre"),
    male: list("Seán Pádraig Ciarán Eoin Conor Declan Liam Brendan Cormac Fergal"),
    families: list(
      "O'Brien O'Connor O'Donnell O'Sullivan Murphy Kelly Walsh Ryan Byrne McCarthy MacNamara Gallagher Doherty Ó'Neill Fitzgerald Kavanagh McLoughlin",
    ),
    syllables: undefined,
  },
  {
    share: 0.14,
    female: list(
      "Fatima Aisha Priya Zainab Amina Khadija Nadia Sana Meera Anjali Deepa Lakshmi Kavita Sunita Harpreet Gurpreet Rukhsana Shabnam Bushra Nazia",
    ),
    male: list(
      "Mohammed Muhammad Ahmed Ali Abdul Hussain Imran Asif Rajesh Sanjay Vikram Arjun Ravi Suresh Harjit Gurdeep Yusuf Omar Bilal Tariq",
    ),
    families: list(
      "Khan Patel Ahmed Ali Hussain Singh Kaur Begum Akhtar Malik Shah Iqbal Mohammed Sharma Kumar Rahman Chowdhury Raman Iyer Nair Reddy Gupta Mehta Chaudhry Qureshi Siddiqui Bhatt Joshi Desai Fernando",
    ),
    syllables: [
      list("Chakra Bhatta Vira Nara Subra Jaya Rama Ganga Vija Kula"),
      list("bor yan ma sing nath wan kri"),
      list("ty an ham kumar raj gam dran swamy"),
    ],
  },
  {
    share: 0.05,
    female: list("Agnieszka Małgorzata Katarzyna Joanna Zofia Beata Grażyna Danuta Elżbieta Monika"),
    male: list("Tomasz Krzysztof Paweł Łukasz Michał Piotr Wojciech Marcin Jakub Andrzej"),
    families: list(
      "Zieliński Kowalski Nowak Wiśniewski Wójcik Kamiński Lewandowski Szymański Dąbrowski Kozłowski Jabłoński Król Żukowski Świątek Łukasik",
    ),
    syllables: [list("Wit Bor Sob Gra Mal Zar Pie Kra"), list("ko czy lo szew bo now"), list("wski ński cki czak ak arz")],
  },
  {
    share: 0.09,
    female: list("Amara Ngozi Chidinma Folasade Adaeze Akosua Abena Esi Yewande Temitope Blessing Grace Wanjiru Thandiwe Nomsa"),
    male: list("Kwame Kofi Chukwuemeka Oluwaseun Tunde Emeka Kwabena Babatunde Ifeanyi Samuel Tendai Sipho Joseph Emmanuel Obinna"),
    families: list(
      "Osei Mensah Boateng Okafor Adeyemi Okonkwo Nwosu Eze Balogun Owusu Asante Agyeman Moyo Ndlovu Banda Kamau Mwangi Adebayo Ogunleye",
    ),
    syllables: [list("Ade Olu Oko Nwa Chi Ama Ogun Bala"), list("bo ye wa ko ro de"), list("mi kwo la nde ji su")],
  },
  {
    share: 0.04,
    female: list("Xiaoling Mei Hui Yan Jing Ling Wei Fang Xia Yu"),
    male: list("Wei Jun Ming Hao Chen Jian Lei Yong Tao Kai"),
    families: list("Wang Li Zhang Liu Chen Wong Chan Leung Cheung Lam Ng Ho Yip Zhao Huang Lin"),
    syllables: undefined,
  },
];

export const preferredNames = list("Kevin Jenny Tony Grace Vicky Sunny Lily Max Ruby Ellie Jay Bobby Dee Mo Kat Alex Sam Charlie");
export const nicknames: Readonly<Record<string, string>> = {
  William: "Bill",
  Robert: "Bob",
  Richard: "Dick",
  James: "Jim",
  Thomas: "Tom",
  Edward: "Ted",
  Charles: "Charlie",
  Michael: "Mick",
  David: "Dave",
  Christopher: "Chris",
  Matthew: "Matt",
  Andrew: "Andy",
  Stephen: "Steve",
  Joseph: "Joe",
  Benjamin: "Ben",
  Nicholas: "Nick",
  Peter: "Pete",
  Samuel: "Sam",
  Elizabeth: "Liz",
  Margaret: "Peggy",
  Katherine: "Kate",
  Susan: "Sue",
  Patricia: "Trish",
  Jennifer: "Jenny",
  Jacqueline: "Jackie",
  Deborah: "Debbie",
  Christine: "Chris",
  Rebecca: "Becky",
  Victoria: "Vicky",
  Samantha: "Sam",
  Amanda: "Mandy",
  Angela: "Angie",
  Theresa: "Terry",
  Josephine: "Jo",
  Mohammed: "Mohd",
  Muhammad: "Mohammad",
  Katarzyna: "Kasia",
  Małgorzata: "Gosia",
  Oluwaseun: "Seun",
  Chukwuemeka: "Emeka",
  Daniel: "Dan",
  Philip: "Phil",
};
