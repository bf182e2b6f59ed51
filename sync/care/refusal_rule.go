package care

import (
	"regexp"
	"strings"
)

// ruleInWords says what is wrong with one field, by the rule that it breaks: the rules' own words are for programmers. They
// are the same for every value, so that a number taken from them is a limit and never what somebody entered.
func ruleInWords(title, field string, v Violation) (ja, en string) {
	s, known := fieldRules[v.Rule]
	if !known {
		s = fieldRules[afterDot(v.Rule)]
	}
	switch {
	case v.Rule == "string.pattern":
		s = patternInWords(v.Message)
	case v.Rule == "bytes.len":
		s = lengthInWords(v.Message)
	case s.ja == "" && strings.HasSuffix(v.Rule, "_date"):
		s = sentence{ja: "{x}は暦にない日付なので、確かめて入力し直してください。", en: "Check {x}: there is no such day in the calendar."}
	case s.ja == "":
		s = sentence{ja: "{x}を確かめて入力し直してください。", en: "Check {x}: " + v.Message + "."}
	}
	limits := append(limitNumber.FindAllString(v.Message, -1), "", "")
	filled := func(text, x string) string {
		return strings.NewReplacer("{x}", x, "{1}", limits[0], "{2}", limits[1], "{list}", listed(v.Message)).Replace(text)
	}
	return filled(s.ja, "「"+title+"」"), filled(s.en, field)
}

// fieldRules are the rules that many fields have, by id or by what follows the type in it. In the sentences {x} is
// the field, {1} and {2} are the limits of the rule, and {list} is what it lists.
var fieldRules = map[string]sentence{
	"required":          {ja: "{x}を入力してください。", en: "Enter {x}: it is missing."},
	"min_len":           {ja: "{x}を入力してください。", en: "Enter {x}: it is missing."},
	"min_items":         {ja: "{x}を入力してください。", en: "Enter {x}: it is missing."},
	"max_len":           {ja: "{x}が長すぎるので、{1}文字以内にしてください。", en: "Shorten {x} to {1} characters."},
	"bytes.max_len":     {ja: "{x}が長すぎるので、確かめて入力し直してください。", en: "Shorten {x} to {1} bytes."},
	"max_items":         {ja: "{x}の件数が多すぎるので、{1}件以内に減らしてください。", en: "Take some of {x} away: there may be {1} at most."},
	"unique":            {ja: "{x}に同じものが重なっているので、一つにしてください。", en: "Check {x}: the same stands there twice; keep one."},
	"enum.not_in":       {ja: "{x}を選んでください。", en: "Choose {x}."},
	"enum.defined_only": {ja: "{x}を選び直してください。", en: "Choose {x} again: there is no such choice."},
	"timestamp":         {ja: "{x}は西暦1年から9999年の日時で入力し直してください。", en: "Check {x}: it has to be a time in the years 1 to 9999."},
	"in":                {ja: "{x}は {list} のいずれかで入力し直してください。", en: "Check {x}: it has to be one of {list}."},
	"lte":               {ja: "{x}は {1} 以下で入力し直してください。", en: "Check {x}: it has to be {1} at most."},
	"gte":               {ja: "{x}は {1} 以上で入力し直してください。", en: "Check {x}: it has to be {1} at least."},
	"gt":                {ja: "{x}は {1} より大きい値で入力し直してください。", en: "Check {x}: it has to be more than {1}."},
	"gte_lte":           {ja: "{x}は {1}–{2} の範囲で入力し直してください。", en: "Check {x}: it has to be within {1}–{2}."},
	"gt_lte":            {ja: "{x}は {1} より大きく {2} 以下で入力し直してください。", en: "Check {x}: it has to be more than {1} and at most {2}."},
}

// The patterns of days in the contract. A day may be left out where the pattern allows an empty text.
const (
	dayPattern  = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
	yearPattern = "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
)

// patternInWords says how a text has to be written: a day, or so many digits. Other patterns have no short words.
func patternInWords(message string) sentence {
	_, pattern, _ := strings.Cut(message, "`")
	pattern = strings.TrimPrefix(strings.TrimSuffix(pattern, "`"), "^$|")
	if m := digitsPattern.FindStringSubmatch(pattern); m != nil {
		return sentence{ja: "{x}は数字" + m[1] + "桁で入力し直してください。", en: "Check {x}: it has to have " + m[1] + " digits."}
	}
	switch pattern {
	case dayPattern:
		return sentence{ja: "{x}は 2026-11-23 のように年-月-日で入力し直してください。", en: "Enter {x} as a day, as YYYY-MM-DD."}
	case yearPattern:
		return sentence{ja: "{x}は 2026、2026-11、2026-11-23 のいずれかの形で入力し直してください。", en: "Enter {x} as YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known."}
	default:
		return sentence{ja: "{x}の形式を確かめて入力し直してください。", en: "Check {x}: it is not written as it has to be."}
	}
}

// lengthInWords is about bytes of a fixed length: an id has 16 of them, a hash 32.
func lengthInWords(message string) sentence {
	if strings.Contains(message, " 16 ") {
		return sentence{ja: "{x}には記録のID（32桁の16進数、JSONではBase64）を指定してください。", en: "Check {x}: it has to be an id, of 32 hexadecimal digits, or in JSON their bytes in base64."}
	}
	return sentence{ja: "{x}の長さを確かめて入力し直してください。", en: "Check {x}: it has to have {1} bytes."}
}

var (
	limitNumber   = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)
	digitsPattern = regexp.MustCompile(`^\^\[0-9\]\{([0-9]+)\}\$$`)
)

// listed returns what stands in brackets in the words of a rule.
func listed(message string) string {
	_, rest, _ := strings.Cut(message, "[")
	list, _, _ := strings.Cut(rest, "]")
	return list
}

func afterDot(rule string) string { return rule[strings.LastIndexByte(rule, '.')+1:] }
