package flowio

import (
	"strings"
	"unicode/utf8"
)

// halves maps the words for the two halves of the day, in the form that
// plainHalf makes, to whether it is the second. Java writes them in the
// language of the machine.
var halves = map[string]bool{
	"am": false, "pm": true, "a": false, "p": true, // English, Spanish, Dutch, Romanian, …
	"上午": false, "下午": true, "午前": false, "午後": true, // Chinese, Japanese
	"오전": false, "오후": true, // Korean
	"sa": false, "ch": true, // Vietnamese
	"öö": false, "ös": true, // Turkish
	"πμ": false, "μμ": true, // Greek
	"ص": false, "م": true, // Arabic
	"de": false, "du": true, // Hungarian
	"fm": false, "em": true, // Swedish
	"ap": false, "ip": true, // Finnish
	"dop": false, "odp": true, // Czech
	"vorm": false, "nachm": true, // German
	"vm": false, "nm": true, // Afrikaans
	"дп": false, "пп": true, // Ukrainian
	"проб": false, "слоб": true, // Bulgarian
	"fh": false, "eh": true, // Icelandic
	"priešpiet": false, "popiet": true, // Lithuanian
	"priekšp": false, "pēcp": true, // Latvian
	"पूर्वाह्न": false, "अपराह्न": true, // Hindi
	"ก่อนเที่ยง": false, "หลังเที่ยง": true, // Thai

	// The same in the encodings of machines that do not write UTF-8.
	"\xc9\xcf\xce\xe7": false, "\xcf\xc2\xce\xe7": true, // Chinese, GBK
	"\xa4\x57\xa4\xc8": false, "\xa4\x55\xa4\xc8": true, // Chinese, Big5
	"\x8c\xdf\x91\x4f": false, "\x8c\xdf\x8c\xe3": true, // Japanese, Shift JIS
	"\xbf\xc0\xc0\xfc": false, "\xbf\xc0\xc8\xc4": true, // Korean, EUC-KR
	"\xd6\xd6": false, "\xd6\xde": true, // Turkish, Latin-5
}

// plainHalf is a word for half a day in lower case, without dots and blanks: a
// no-break space, its narrow form, and the former in Latin-1 are blanks too.
func plainHalf(s string) string {
	s = strings.Trim(s, " \t")
	if !utf8.ValidString(s) { // bytes of another encoding have no case
		if _, known := halves[s]; known {
			return s
		}
		s = strings.ReplaceAll(s, "\xa0", "")
		if !utf8.ValidString(s) {
			return s
		}
	}
	return strings.ToLower(strings.NewReplacer(" ", "", ".", "", "\u00a0", "", "\u202f", "").Replace(s))
}
