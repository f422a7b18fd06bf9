"""The words that dates are written with: time zones, and the months of the languages that feeds use.

Time zone names are ambiguous; they mean what RFC 822 §5.1 says, else what a publisher of news most probably means
(``IST`` India, ``BST`` British Summer Time, ``CST`` North America's Central).
"""

import re
import unicodedata

ZONES: dict[str, float] = {
    # UTC and its relatives
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "zulu": 0,
    # North America (RFC 822), with the names people use all year
    "est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "mt": -7,
    "pst": -8, "pdt": -7, "pt": -8, "ast": -4, "adt": -3, "at": -4, "nst": -3.5, "ndt": -2.5,
    "akst": -9, "akdt": -8, "hst": -10, "hast": -10, "hadt": -9, "hdt": -9,
    # South America
    "brt": -3, "brst": -2, "art": -3, "clt": -4, "clst": -3, "cot": -5, "pet": -5, "vet": -4, "uyt": -3, "bot": -4,
    # Europe
    "bst": 1, "west": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3,
    "trt": 3, "msk": 3, "msd": 4, "samt": 4,
    # Africa and Asia
    "wat": 1, "cat": 2, "sast": 2, "eat": 3, "ast3": 3, "irst": 3.5, "irdt": 4.5, "gst": 4, "azt": 4, "aft": 4.5,
    "pkt": 5, "uzt": 5, "yekt": 5, "ist": 5.5, "npt": 5.75, "almt": 6, "omst": 6, "bdt": 6, "mmt": 6.5, "ict": 7,
    "wib": 7, "krat": 7, "novt": 7, "hkt": 8, "sgt": 8, "myt": 8, "pht": 8, "wita": 8, "irkt": 8, "awst": 8,
    "idt": 3, "jst": 9, "kst": 9, "wit": 9, "yakt": 9, "vlat": 10, "chst": 10, "magt": 11,
    # Australia and the Pacific
    "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzt": 12, "nzdt": 13,
    # The military letters that RFC 822 gave as examples
    "a": -1, "m": -12, "n": 1, "y": 12,
}  # fmt: skip
"""Hours east of UTC by lower-case name."""

_ENGLISH = "january february march april may june july august september october november december"
_MONTHS = {  # twelve words a language; "|" parts variants
    "en": _ENGLISH,
    "fr": (
        "janvier|janv fevrier|fevr|fev mars avril|avr mai juin juillet|juil aout septembre|sept octobre novembre "
        "decembre"
    ),
    "de": (
        "januar|janner|jan februar|feber maerz|marz|mrz|mar april mai juni juli august september oktober|okt "
        "november dezember|dez"
    ),
    "es": (
        "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre|set octubre noviembre "
        "diciembre|dic"
    ),
    "it": (
        "gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre|set ottobre|ott "
        "novembre dicembre"
    ),
    "pt": "janeiro fevereiro marco abril maio junho julho agosto setembro outubro|out novembro dezembro",
    "nl": "januari februari maart|mrt april mei juni juli augustus september oktober november december",
    "ca": "gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre|des",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "no": "januar februar mars april mai juni juli august september oktober november desember|des",
    "fi": (
        "tammikuuta|tammi helmikuuta|helmi maaliskuuta|maalis huhtikuuta|huhti toukokuuta|touko kesakuuta|kesa "
        "heinakuuta|heina elokuuta|elo syyskuuta|syys lokakuuta|loka marraskuuta|marras joulukuuta|joulu"
    ),
    "pl": (
        "stycznia|styczen|sty lutego|luty|lut marca|marzec kwietnia|kwiecien|kwi maja|maj czerwca|czerwiec|cze "
        "lipca|lipiec|lip sierpnia|sierpien|sie wrzesnia|wrzesien|wrz pazdziernika|pazdziernik|paz "
        "listopada|listopad|lis grudnia|grudzien|gru"
    ),
    "cs": (
        "ledna|leden|led unora|unor brezna|brezen|bre dubna|duben|dub kvetna|kveten|kve cervna|cerven|cvn "
        "cervence|cervenec|cvc srpna|srpen|srp zari rijna|rijen|rij listopadu prosince|prosinec|pro"
    ),
    "ru": (
        "января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн "
        "июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент октября|октябрь|окт ноября|ноябрь|ноя|нояб "
        "декабря|декабрь|дек"
    ),
    "uk": (
        "січня|січень|січ лютого|лютии|лют березня|березень|бер квітня|квітень|кві|квіт травня|травень|тра|трав "
        "червня|червень|чер|черв липня|липень|лип серпня|серпень|сер|серп вересня|вересень|вер "
        "жовтня|жовтень|жов|жовт листопада|листопад|лис|лист грудня|грудень|гру|груд"
    ),
    "bg": "януари|яну февруари март април маи юни юли август септември|септ октомври ноември|ное декември",
    "hu": (
        "januar februar marcius|marc aprilis majus|maujus|maj junius julius augusztus szeptember|szept oktober "
        "november december"
    ),
    "ro": (
        "ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie|noi "
        "decembrie"
    ),
    "tr": (
        "ocak|oca subat|sub mart nisan|nis mayıs|mayis haziran|haz temmuz|tem agustos|agu eylul|eyl ekim|eki "
        "kasım|kasim|kas aralık|aralik|ara"
    ),
    "el": (
        "ιανουαριου|ιανουαριος|ιαν φεβρουαριου|φεβρουαριος|φεβ μαρτιου|μαρτιος|μαρ|μαρτ απριλιου|απριλιος|απρ "
        "μαιου|μαιος|μαι ιουνιου|ιουνιος|ιουν ιουλιου|ιουλιος|ιουλ αυγουστου|αυγουστος|αυγ "
        "σεπτεμβριου|σεπτεμβριος|σεπ|σεπτ οκτωβριου|οκτωβριος|οκτ νοεμβριου|νοεμβριος|νοε "
        "δεκεμβριου|δεκεμβριος|δεκ"
    ),
    "id": "januari februari maret april mei juni juli agustus|agt september oktober november|nop desember",
    "ar": "يناير فبراير مارس ابريل|أبريل مايو يونيو|يونيه يوليو|يوليه اغسطس|أغسطس سبتمبر اكتوبر|أكتوبر نوفمبر ديسمبر",
    "he": (
        "ינואר|בינואר פברואר|בפברואר מרץ|במרץ|מרס|במרס אפריל|באפריל מאי|במאי יוני|ביוני יולי|ביולי אוגוסט|באוגוסט "
        "ספטמבר|בספטמבר אוקטובר|באוקטובר נובמבר|בנובמבר דצמבר|בדצמבר"
    ),
    "hr": "sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga|studenog prosinca",
    "lv": "janvaris februaris marts aprilis maijs junijs julijs augusts septembris oktobris novembris decembris",
    "lt": "sausio vasario kovo balandzio geguzes birzelio liepos rugpjucio rugsejo spalio lapkricio gruodzio",
    "et": "jaanuar veebruar marts aprill mai juuni juuli august september oktoober november detsember",
    "sl": "januar februar marec april maj junij julij avgust september oktober november december",
    "sr": (
        "јануар фебруар март април мај|маја јун|јуна јул|јула август септембар|септембра октобар|октобра "
        "новембар|новембра децембар|децембра"
    ),
    "mk": "јануари февруари март април мај јуни јули август септември октомври ноември декември",
    "be": ("студзеня лютага сакавіка красавіка мая|траўня чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня"),
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "sq": "janar shkurt mars prill maj qershor korrik gusht shtator tetor nentor dhjetor",
    "eu": (
        "urtarrila|urtarrilak|urtarrilaren otsaila|otsailak|otsailaren martxoa|martxoak|martxoaren "
        "apirila|apirilak|apirilaren maiatza|maiatzak|maiatzaren ekaina|ekainak|ekainaren uztaila|uztailak|uztailaren "
        "abuztua|abuztuak|abuztuaren iraila|irailak|irailaren urria|urriak|urriaren azaroa|azaroak|azaroaren "
        "abendua|abenduak|abenduaren"
    ),
    "gl": "xaneiro febreiro marzo abril maio xuno xullo agosto setembro outubro novembro decembro",
    "ga": "eanair feabhra marta aibrean bealtaine meitheamh iuil lunasa mfomh dfomh samhain nollaig",
    "cy": "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr",
    "af": "januarie februarie maart april mei junie julie augustus september oktober november desember",
    "ms": "januari februari mac april mei jun julai ogos september oktober november disember",
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "fil": "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "ka": ("იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი"),
    "hy": "հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
}
_CLASHES = {"listopada": 11, "listopad": 11, "lis": 11, "srpnja": 7}  # Polish and Czech before Croatian


def bare(word: str) -> str:
    """Lower case without accents (``Août`` → ``aout``), Cyrillic ``й`` as ``и`` and so on."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _months() -> dict[str, int]:
    table: dict[str, int] = {}
    for words in _MONTHS.values():
        for number, variants in enumerate(words.split(), 1):
            for variant in variants.split("|"):
                word = bare(variant)
                table.setdefault(word, number)
                if len(word) > 3:
                    table.setdefault(word[:3], number)
    return table | _CLASHES


MONTHS = _months()
"""Month number by its bare name, or its first three letters, in any of the languages."""

ENGLISH_MONTHS = {word[:3]: number for number, word in enumerate(_ENGLISH.split(), 1)}

# Words that are no words to a regular expression (their vowels are marks), that hold blanks or dots, or that are eras:
# they are put into English first. Months in order, "|" parts variants, "_" is a blank.
_PHRASES = (
    (
        "มกราคม|ม.ค. กุมภาพันธ์|ก.พ. มีนาคม|มี.ค. เมษายน|เม.ย. พฤษภาคม|พ.ค. มิถุนายน|มิ.ย. กรกฎาคม|ก.ค. สิงหาคม|ส.ค. "
        "กันยายน|ก.ย. ตุลาคม|ต.ค. พฤศจิกายน|พ.ย. ธันวาคม|ธ.ค."
    ),
    "जनवरी फ़रवरी|फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर",
    "জানুয়ারি|জানুয়ারী ফেব্রুয়ারি|ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট|অগাস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்",
    (
        "كانون_الثاني شباط|فيفري آذار نيسان|أفريل أيار|ماي حزيران|جوان تموز|جويلية آب|أوت أيلول تشرين_الأول "
        "تشرين_الثاني كانون_الأول"
    ),
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911}
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s?(元|\d{{1,3}})\s?年")
_VIETNAMESE = re.compile(r"(?:ngày\s)?(\d{1,2})[\s,]+(?:tháng|thg)\s(\d{1,2})[\s,]+(?:năm\s)?(\d{4})", re.IGNORECASE)
_LONG_ZONES = {
    "coordinated universal time": "UTC", "greenwich mean time": "GMT", "british summer time": "BST",
    "central european standard time": "CET", "central european summer time": "CEST", "central european time": "CET",
    "eastern european summer time": "EEST", "eastern european time": "EET", "moscow standard time": "MSK",
    "eastern standard time": "EST", "eastern daylight time": "EDT", "eastern time": "EST",
    "central standard time": "CST", "central daylight time": "CDT", "central time": "CST",
    "mountain standard time": "MST", "mountain daylight time": "MDT", "mountain time": "MST",
    "pacific standard time": "PST", "pacific daylight time": "PDT", "pacific time": "PST",
    "india standard time": "IST", "japan standard time": "JST", "korea standard time": "KST",
    "china standard time": "+0800", "australian eastern standard time": "AEST",
    "australian eastern daylight time": "AEDT",
}  # fmt: skip


def _phrases() -> dict[str, str]:
    table = dict(_LONG_ZONES)
    for words in _PHRASES:
        for english, variants in zip(_ENGLISH.split(), words.split(), strict=True):
            table |= {variant.replace("_", " "): f" {english} " for variant in variants.split("|")}
    return table


_IN_ENGLISH = _phrases()
_PHRASE = re.compile("|".join(map(re.escape, sorted(_IN_ENGLISH, key=len, reverse=True))), re.IGNORECASE)


def worded(text: str) -> str:
    """A date with its eras, its long names of zones and the names that need it put into what ``dates`` reads."""
    if text.isascii() and " time" not in text.lower():
        return text
    text = _ERA.sub(lambda found: f"{_ERAS[found[1]] + (1 if found[2] == '元' else int(found[2]))}年", text)
    text = _VIETNAMESE.sub(r"\3-\2-\1", text)
    return _PHRASE.sub(lambda found: _IN_ENGLISH[found[0].lower()], text)
