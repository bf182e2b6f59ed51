package care

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
)

// MaxViolations is how many violations one answer names.
const MaxViolations = 8

// Violation names a field and the rule it breaks, never a value: it is safe in logs and answers.
type Violation struct {
	Field   string // path, such as "vital_signs.absent[0].item"; empty: the message as a whole
	Rule    string // id, such as "uint32.lte" or "vital_signs.pressure_order"
	Message string // the rule in words, the same for every value
}

// validator is built at the first use, because compiling the rules takes milliseconds, and only once.
var validator = sync.OnceValue(func() protovalidate.Validator {
	v, err := protovalidate.New()
	if err != nil {
		panic("care: " + err.Error())
	}
	return v
})

// Validate checks a message, and what it contains, against the rules of the contract. Nil: nothing is wrong. The
// violations are sorted by field and rule, and at most MaxViolations. A rule that cannot be evaluated counts as broken.
func Validate(m proto.Message) []Violation {
	if m == nil || plain(m) {
		return nil
	}
	return broken(m)
}

// broken asks the rules themselves.
func broken(m proto.Message) []Violation {
	err := validator().Validate(m)
	if err == nil {
		return nil
	}
	var invalid *protovalidate.ValidationError
	if !errors.As(err, &invalid) {
		return []Violation{{Rule: "contract", Message: "the rules of the contract could not be evaluated"}}
	}
	found := make([]Violation, 0, len(invalid.Violations))
	for _, v := range invalid.Violations {
		found = append(found, Violation{
			Field: fieldPath(v.Proto.GetField()), Rule: v.Proto.GetRuleId(), Message: v.Proto.GetMessage(),
		})
	}
	slices.SortFunc(found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return found[:min(len(found), MaxViolations)]
}

// fieldPath writes names and list positions only. The key of a map is a value and does not appear.
func fieldPath(path *validate.FieldPath) string {
	var b strings.Builder
	for i, e := range path.GetElements() {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(e.GetFieldName())
		switch e.WhichSubscript() {
		case validate.FieldPathElement_Subscript_not_set_case:
		case validate.FieldPathElement_Index_case:
			b.WriteString("[" + strconv.FormatUint(e.GetIndex(), 10) + "]")
		default:
			b.WriteString("[]")
		}
	}
	return b.String()
}
