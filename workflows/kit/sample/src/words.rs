//! The words a store is made of: people and places in the scripts a shop meets, and the prose of a catalog.

pub(crate) struct Locale {
    pub(crate) country: &'static str,
    /// Given name, and how it is written in an e-mail address.
    pub(crate) given: &'static [(&'static str, &'static str)],
    pub(crate) family: &'static [(&'static str, &'static str)],
    /// City, region, postcode (`#` is a digit).
    pub(crate) cities: &'static [(&'static str, &'static str, &'static str)],
    pub(crate) streets: &'static [&'static str],
    pub(crate) phone: &'static str,
}

pub(crate) const LOCALES: &[Locale] = &[
    Locale {
        country: "SE",
        given: &[
            ("Åsa", "asa"),
            ("Björn", "bjorn"),
            ("Örjan", "orjan"),
            ("Linnéa", "linnea"),
            ("Gösta", "gosta"),
            ("Maj-Britt", "majbritt"),
        ],
        family: &[
            ("Ångström", "angstrom"),
            ("Sjöberg", "sjoberg"),
            ("Häggkvist", "haggkvist"),
            ("Lindqvist", "lindqvist"),
            ("von Essén", "vonessen"),
        ],
        cities: &[
            ("Göteborg", "Västra Götaland", "4## ##"),
            ("Malmö", "Skåne", "21# ##"),
            ("Luleå", "Norrbotten", "97# ##"),
        ],
        streets: &["Storgatan", "Östra Hamngatan", "Kärrvägen"],
        phone: "+46 7# ### ## ##",
    },
    Locale {
        country: "PL",
        given: &[
            ("Łukasz", "lukasz"),
            ("Małgorzata", "malgorzata"),
            ("Świętosława", "swietoslawa"),
            ("Zbigniew", "zbigniew"),
            ("Józef", "jozef"),
        ],
        family: &[
            ("Brzęczyszczykiewicz", "brzeczyszczykiewicz"),
            ("Wójcik", "wojcik"),
            ("Żółć", "zolc"),
            ("Dąbrowska", "dabrowska"),
        ],
        cities: &[
            ("Łódź", "łódzkie", "9#-###"),
            ("Kraków", "małopolskie", "3#-###"),
            ("Świnoujście", "zachodniopomorskie", "72-6##"),
        ],
        streets: &["ul. Piotrkowska", "al. Jerozolimskie", "ul. Żwirki i Wigury"],
        phone: "+48 5## ### ###",
    },
    Locale {
        country: "GB",
        given: &[("Siân", "sian"), ("Conor", "conor"), ("Zoë", "zoe"), ("Jean-Luc", "jeanluc"), ("Robert", "robert")],
        family: &[
            ("O'Brien", "obrien"),
            ("D\"Arcy", "darcy"),
            ("Smith\\Jones", "smithjones"),
            ("Featherstonehaugh", "featherstonehaugh"),
            ("Null", "null"),
        ],
        cities: &[
            ("Stoke-on-Trent", "Staffordshire", "ST# #AB"),
            ("King's Lynn", "Norfolk", "PE3# #XY"),
            ("Ynys Môn", "Wales", "LL6# #ZZ"),
        ],
        streets: &["The Mews", "St. John's Rd", "½ Mile Lane"],
        phone: "+44 7### ######",
    },
    Locale {
        country: "UA",
        given: &[
            ("Олена", "olena"),
            ("Володимир", "volodymyr"),
            ("Ярослав", "yaroslav"),
            ("Їжак", "yizhak"),
            ("Ганна", "hanna"),
        ],
        family: &[
            ("Шевченко", "shevchenko"),
            ("Кваша-Ґудзь", "kvashagudz"),
            ("Мельник", "melnyk"),
            ("Щербань", "shcherban"),
        ],
        cities: &[
            ("Київ", "Київська область", "0####"),
            ("Львів", "Львівська область", "79###"),
            ("Одеса", "Одеська область", "65###"),
        ],
        streets: &["вул. Хрещатик", "просп. Перемоги", "вул. Січових Стрільців"],
        phone: "+380 67 ### ## ##",
    },
    Locale {
        country: "GR",
        given: &[("Γιώργος", "giorgos"), ("Ελένη", "eleni"), ("Άννα", "anna"), ("Οδυσσέας", "odysseas")],
        family: &[("Παπαδόπουλος", "papadopoulos"), ("Χατζηΐδης", "chatziidis"), ("Ωνάσης", "onasis")],
        cities: &[("Αθήνα", "Αττική", "10# ##"), ("Θεσσαλονίκη", "Μακεδονία", "54# ##")],
        streets: &["Ερμού", "Οδός Αριστοτέλους"],
        phone: "+30 69########",
    },
    Locale {
        country: "IL",
        given: &[("שרה", "sara"), ("יוסף", "yosef"), ("נֹעַם", "noam"), ("אביגיל", "avigail")],
        family: &[("כהן", "cohen"), ("בן־גוריון", "bengurion"), ("לוי", "levi")],
        cities: &[("ירושלים", "מחוז ירושלים", "9#####"), ("תל אביב־יפו", "מחוז תל אביב", "6#####")],
        streets: &["רחוב דיזנגוף", "שדרות רוטשילד"],
        phone: "+972 5# ### ####",
    },
    Locale {
        country: "EG",
        given: &[("محمد", "mohamed"), ("فاطمة", "fatma"), ("عبد الرحمن", "abdelrahman"), ("يُوسُف", "youssef")],
        family: &[("السيد", "elsayed"), ("حسّان", "hassan"), ("نجيب", "naguib")],
        cities: &[("القاهرة", "محافظة القاهرة", "11###"), ("الإسكندرية", "الإسكندرية", "21###")],
        streets: &["شارع طلعت حرب", "طريق الكورنيش"],
        phone: "+20 10 ########",
    },
    Locale {
        country: "IN",
        given: &[("प्रिया", "priya"), ("राहुल", "rahul"), ("श्रीनिवास", "shrinivas"), ("தமிழ்ச்செல்வி", "tamilselvi")],
        family: &[("शर्मा", "sharma"), ("द्विवेदी", "dwivedi"), ("முருகன்", "murugan")],
        cities: &[("मुंबई", "महाराष्ट्र", "4000##"), ("வாரணாசி", "उत्तर प्रदेश", "2210##")],
        streets: &["महात्मा गांधी मार्ग", "லிங்க் சாலை"],
        phone: "+91 9#### #####",
    },
    Locale {
        country: "CN",
        given: &[("秀英", "xiuying"), ("伟", "wei"), ("𠮷娜", "jina"), ("建國", "jianguo")],
        family: &[("王", "wang"), ("歐陽", "ouyang"), ("𪚥", "zhe"), ("李", "li")],
        cities: &[("北京市", "北京", "1000##"), ("上海市", "上海", "2000##")],
        streets: &["长安街", "南京东路"],
        phone: "+86 13# #### ####",
    },
    Locale {
        country: "JP",
        given: &[("さくら", "sakura"), ("太郎", "taro"), ("ﾕｳｷ", "yuki"), ("ゆうこ", "yuko")],
        family: &[("表", "omote"), ("髙橋", "takahashi"), ("ソニー", "sony"), ("渡邊", "watanabe")],
        cities: &[("東京都", "東京", "1##-00##"), ("能登町", "石川県", "927-0###")],
        streets: &["千代田区丸の内", "ソ連通り"],
        phone: "+81 90-####-####",
    },
    Locale {
        country: "KR",
        given: &[("지우", "jiwoo"), ("민준", "minjun"), ("하늘", "haneul")],
        family: &[("김", "kim"), ("박", "park"), ("제갈", "jegal")],
        cities: &[("서울특별시", "서울", "04###"), ("부산광역시", "부산", "48###")],
        streets: &["세종대로", "해운대해변로"],
        phone: "+82 10-####-####",
    },
    Locale {
        country: "TH",
        given: &[("สมชาย", "somchai"), ("พรทิพย์", "porntip"), ("น้ำฝน", "namfon")],
        family: &[("ศรีสุข", "srisuk"), ("แก้วมณี", "kaewmanee")],
        cities: &[("กรุงเทพมหานคร", "กรุงเทพฯ", "10###"), ("เชียงใหม่", "เชียงใหม่", "50###")],
        streets: &["ถนนสุขุมวิท", "ถนนเจริญกรุง"],
        phone: "+66 8# ### ####",
    },
];

pub(crate) const MAIL_DOMAINS: &[&str] =
    &["example.com", "example.org", "mail.example", "post.example.net", "xn--bcher-kva.example"];

pub(crate) const ADJECTIVES: &[&str] = &[
    "Hardened",
    "Stainless",
    "Röd",
    "Café",
    "Zażółcony",
    "Ultra-light",
    "Складний",
    "日本製",
    "Vintage",
    "\"Pro\"",
    "Half-price",
    "Ærlig",
    "100 %",
    "C:\\Tools",
];

pub(crate) const NOUNS: &[&str] = &[
    "Shackle",
    "Carabiner",
    "Läderväska",
    "Wąż ogrodowy",
    "12\" Pipe",
    "Лійка",
    "ランタン",
    "Kettle",
    "Deck O'Rings",
    "Bolt & Nut",
    "طنجرة",
    "Σχοινί",
    "Anchor",
    "Ski <XL>",
];

pub(crate) const EMOJI: &[&str] = &["", "", "", " ⚓", " 🧲", " 👩‍🔧", " 🇸🇪", " 🔥🔥", " ❤️", " 🫧"];

pub(crate) const PROSE: &[&str] = &[
    "Made of marine-grade steel and tested at twice its working load.",
    "It doesn't rust, it doesn't bend, and it won't let go.",
    "Zażółć gęślą jaźń: every letter of the label is laser-engraved.",
    "<p>Delivery in <strong>1–3 days</strong>;&nbsp;free over 499&nbsp;kr.</p>",
    "Längd 12 m, bredd 40 mm, brottgräns 5 000 kg.",
    "Витримує навантаження до 2,5 тонн і морози до −40 °C.",
    "耐荷重は五百キログラム。水洗いできます。",
    "Πλένεται στο χέρι με χλιαρό νερό.",
    "يُحفظ في مكان جاف بعيدًا عن أشعة الشمس.",
    "Path C:\\Tools\\hold\\fast; pattern ^\\d+\\.\\d{2}$; a \"quoted\" word; it's 5' 10\" long.",
    "Column one\tcolumn two\tcolumn three",
    "The rope is sold by the metre, cut with a hot knife and whipped at both ends.",
    "Returns are accepted within thirty days when the seal is unbroken.",
    "{{widget type=\"Magento\\Cms\\Block\\Widget\\Block\" template=\"widget/static_block/default.phtml\" block_id=\"7\"}}",
    "👩‍🔧 fits tools up to 19 mm 🔩; not for climbing ⛔🧗",
    "नमी से दूर रखें और हर मौसम में तेल लगाएँ।",
];

pub(crate) const COMMENTS: &[&str] = &[
    "Please ring the bell twice.\nThe dog is friendly.",
    "Kan ni leverera före fredag? Tack på förhand! 🙏",
    "Leave it with \"Mrs. O'Neill\" at no. 4\\b",
    "Дякую, все чудово",
    "置き配でお願いします。",
    "Captured amount of kr1,250.00 online. Transaction ID: \"ch_3OqX\"",
    "لا تتصل قبل التاسعة صباحًا",
];

pub(crate) const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:138.0) Gecko/20100101 Firefox/138.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1",
    "curl/8.5.0",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
];

/// Cities as an old import left them, each in the bytes of its column's character set.
pub(crate) const LATIN2_CITIES: &[&[u8]] =
    &[b"\xA3\xF3d\xBC", b"Krak\xF3w", b"\xA6winouj\xB6cie", b"Gy\xF5r", b"Plze\xF2"];

/// 表, ソ and 能 end in 0x5C, the backslash: what mistakes bytes for characters breaks on them.
pub(crate) const SJIS_NAMES: &[&[u8]] =
    &[b"\x95\x5C", b"\x83\x5C\x83\x6A\x81\x5B", b"\x94\x5C\x93\x6F", b"\xCC\xB6\xC0", b"abc\x95\x5C'x"];
