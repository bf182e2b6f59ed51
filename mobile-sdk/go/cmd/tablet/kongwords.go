package main

import (
	"os"
	"regexp"
	"strings"
)

// mistyped pairs what the parser of the command line says, in English only, with Japanese words. $1 is the part of the
// command that it names.
var mistyped = []struct {
	said *regexp.Regexp
	ja   string
}{
	{regexp.MustCompile(`^missing flags?: (.*)$`), "必要な指定がありません：$1"},
	{regexp.MustCompile(`^unknown flag ([^,]+)`), "$1 という指定はありません。マイナスの数なら --項目=-1 の形で入力してください"},
	{regexp.MustCompile(`^unexpected argument ([^,]+)`), "$1 は余分か、知らないコマンドです"},
	{regexp.MustCompile(`^expected one of (.*)$`), "次のどれかを続けて入力してください：$1"},
	{regexp.MustCompile(`^expected (.*)$`), "指定が足りません：$1"},
	{regexp.MustCompile(`^(\S+) must be one of (.*) but got (.*)$`), "$1 は $2 から選んでください（入力：$3）"},
	{regexp.MustCompile(`^(\S+) and (\S+) can't be used together`), "$1 と $2 は一緒に指定できません"},
	{regexp.MustCompile(`^(\S+): expected .* perhaps try (.*)\?$`), "$1 の値が正しくありません。$2 の形で入力してください"},
	{regexp.MustCompile(`^(\S+): expected .* but got (.*)$`), "$1 の値が正しくありません（入力：$2）"},
}

// parserWords puts what the parser of the command line says into both languages.
func parserWords(said string) (ja, en string) {
	said = strings.ReplaceAll(said, `"",`, "") // nothing typed is no choice
	for _, m := range mistyped {
		if match := m.said.FindStringSubmatchIndex(said); match != nil {
			ja = string(m.said.ExpandString(nil, m.ja, said, match)) + "。"
			break
		}
	}
	return "コマンドの書き方を確認してください：" + ja + "何も保存していません。使い方は --help で表示できます。", "tablet: " + said
}

// languageOf finds the language of the output in a command that could not be parsed.
func languageOf(args []string) string {
	for n, arg := range args {
		if of, is := strings.CutPrefix(arg, "--lang="); is {
			return of
		}
		if arg == "--lang" && n+1 < len(args) {
			return args[n+1]
		}
	}
	return os.Getenv("TSUNAGU_LANG")
}
