package care

import (
	"crypto/sha256"
	"slices"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// ShownSum is what an InstructionReceipt says of the temporary instruction that its author had before them: SHA-256 of
// the deterministic protobuf encoding of its body. Fields come in the order of their numbers, those that a build does
// not know after them, so that every build comes to the same sum as long as new fields have higher numbers.
func ShownSum(b *carev1.Body) [sha256.Size]byte {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(b)
	if err != nil { // a text that is not UTF-8: such a body is not in any record
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(content)
}

// InstructionFor tells whether a temporary instruction is for people in this role. One that names none is for the nurses.
func InstructionFor(i *carev1.TemporaryInstruction, role carev1.Role) bool {
	if len(i.GetToRoles()) == 0 {
		return role == carev1.Role_ROLE_NURSE
	}
	return slices.Contains(i.GetToRoles(), role)
}
