// Package planted names the mistakes that can be built into the core on purpose, so that the simulator proves that
// it sees them. A normal build has none: Bug is the constant None and the compiler drops the wrong branches. Each
// mistake is a build tag of its own, next to the tag `planted`:
//
//	go build -tags planted,equal_keeps_marker ./...
//
// Which mistakes silently destroy what somebody wrote is shown by the model of the merge rule in
// sync/doc/protocol.md; the ninth is the classic of sync clients: the cursor is saved before the data. The last two were
// real mistakes of this code, found in review and only then by a better oracle: the link to the tablet's previous
// mutation was taken for its author having seen it.
package planted

// Name is the name of a mistake, and its build tag.
type Name string

// The mistakes.
const (
	None                Name = ""
	EqualKeepsMarker    Name = "equal_keeps_marker"
	EqualMovesMarker    Name = "equal_moves_marker"
	SuccessorsNotHeld   Name = "successors_not_held"
	ComparePrevious     Name = "compare_previous"
	ResolveClearsAll    Name = "resolve_clears_all"
	ResolveIgnoresMoves Name = "resolve_ignores_moves"
	PatchClearsOthers   Name = "patch_clears_others"
	TrunkWithoutProof   Name = "trunk_without_proof"
	CursorBeforeData    Name = "cursor_before_data"
	OwnsUnseen          Name = "owns_unseen"
	DropsOfEndedChain   Name = "drops_of_ended_chain"
)

// All lists the mistakes.
var All = []Name{
	EqualKeepsMarker, EqualMovesMarker, SuccessorsNotHeld, ComparePrevious, ResolveClearsAll, ResolveIgnoresMoves,
	PatchClearsOthers, TrunkWithoutProof, CursorBeforeData, OwnsUnseen, DropsOfEndedChain,
}
