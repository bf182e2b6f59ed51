package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxViolations bounds how many violations an error names.
const maxViolations = 10

// validator refuses messages outside what the contract allows. Its errors name fields and rules and never a value:
// neither the texts of the library nor the keys of maps are passed on.
type validator struct{ rules protovalidate.Validator }

func newValidator() (*validator, error) {
	rules, err := protovalidate.New()
	if err != nil {
		return nil, fmt.Errorf("the rules of the contract cannot be read: %w", err)
	}
	return &validator{rules}, nil
}

// WrapUnary checks the request of a call.
func (v *validator) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		if err := v.check(r.Any()); err != nil {
			return nil, err
		}
		return next(ctx, r)
	}
}

// WrapStreamingClient does nothing: this is a server.
func (v *validator) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler checks every message that a stream receives.
func (v *validator) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		return next(ctx, &checkedConn{conn, v})
	}
}

type checkedConn struct {
	connect.StreamingHandlerConn
	validator *validator
}

func (c *checkedConn) Receive(message any) error {
	if err := c.StreamingHandlerConn.Receive(message); err != nil {
		return err
	}
	return c.validator.check(message)
}

func (v *validator) check(message any) error {
	m, ok := message.(proto.Message)
	if !ok {
		return wire(connect.CodeInternal, textInternal)
	}
	if overfull(m) {
		return wire(connect.CodeInvalidArgument, textInvalid+"a list has more than 4,096 items")
	}
	err := v.rules.Validate(m)
	var found *protovalidate.ValidationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &found):
		return wire(connect.CodeInvalidArgument, textInvalid+describe(found.Violations))
	default:
		return wire(connect.CodeInternal, textInternal)
	}
}

// overfull tells whether a list of the message is longer than any may be: the rules would look at each item first.
func overfull(m proto.Message) (found bool) {
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		found = f.IsList() && value.List().Len() > maxOccurrences
		return !found
	})
	return found
}

func describe(violations []*protovalidate.Violation) string {
	said := make([]string, 0, maxViolations)
	for i, violation := range violations {
		if i == maxViolations {
			said = append(said, fmt.Sprintf("and %d more", len(violations)-i))
			break
		}
		var path []string
		for _, element := range violation.Proto.GetField().GetElements() {
			name := element.GetFieldName()
			if element.HasIndex() {
				name = fmt.Sprintf("%s[%d]", name, element.GetIndex())
			}
			path = append(path, name)
		}
		where := or(strings.Join(path, "."), "the message")
		said = append(said, fmt.Sprintf("%s (%s)", where, violation.Proto.GetRuleId()))
	}
	return strings.Join(said, ", ")
}
